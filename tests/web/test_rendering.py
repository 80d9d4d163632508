"""How plain text becomes part of a page, and where a quote is found on one."""

import re

import pytest

from assistant.web.rendering import at_words, dialled, paragraphs
from tests.web.scripted import HELP


def test_numbers_that_can_be_dialled_become_links_and_other_text_is_escaped() -> None:
    made = str(dialled("Call 999 <now>, not 1999 or 9990.", HELP))

    assert re.findall('href="([^"]*)"', made) == ["tel:999"]
    assert "&lt;now&gt;" in made


def test_plain_text_is_read_as_paragraphs_and_lists() -> None:
    assert paragraphs("One.\n\n- a\n- b\nTwo.\n") == (("p", ("One.",)), ("ul", ("a", "b")), ("p", ("Two.",)))


@pytest.mark.parametrize(
    ("quote", "marked"),
    [
        ("Four times a year.", "Four%20times%20a%20year."),
        ("one two three four five six seven eight", "one%20two%20three%20four%20five%20six%20seven%20eight"),
        ("one two three four five six seven eight nine", "one%20two%20three%20four,six%20seven%20eight%20nine"),
        ("a well-known, “safe” £5 & more", "a%20well%2Dknown%2C%20%E2%80%9Csafe%E2%80%9D%20%C2%A35%20%26%20more"),
        ("two\nlines", "two%20lines"),
    ],
    ids=["short", "eight words", "nine words", "signs", "lines"],
)
def test_a_quote_is_marked_where_its_passage_stands(quote: str, marked: str) -> None:
    assert at_words("/pack/board/1#p1", quote) == f"/pack/board/1#p1:~:text={marked}"
