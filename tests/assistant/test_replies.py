"""The assistant's own words: what is missing, whom to ask, how many points a list has."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.domain import Sentence
from assistant.replies import replies, whole_text
from knowledge.domain import Contact


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        (["what the role pays"], "The recruitment pack does not say what the role pays."),
        (["a", "b", "c"], "The recruitment pack does not say a, b or c."),
        (["“Is there parking?”"], "The recruitment pack does not answer “Is there parking?”"),
        (
            ["“Is there parking?”", "what the role pays"],
            "The recruitment pack does not say what the role pays. "
            "The recruitment pack does not answer “Is there parking?”",
        ),
    ],
)
def test_what_is_missing_is_said_in_a_sentence(missing: list[str], said: str) -> None:
    assert replies().about_missing(missing) == said


@pytest.mark.parametrize(
    ("contact", "page", "said"),
    [
        (Contact("the Clerk", "clerk@example.org", "https://example.org"), "", "the Clerk at clerk@example.org."),
        (
            Contact("the Clerk", url="https://example.org/ask"),
            "https://example.org",
            "the Clerk: https://example.org/ask",
        ),
        (Contact("the Clerk"), "https://example.org", "the Clerk: https://example.org"),
        (Contact("the Clerk"), "", "the Clerk, through the campaign page."),
        (Contact(), "", "the secretariat, through the campaign page."),
    ],
    ids=["an address to write to", "a page of theirs", "the campaign's page", "a name", "nothing"],
)
def test_whom_to_ask_is_as_near_as_the_campaign_gives_it(contact: Contact, page: str, said: str) -> None:
    assert replies().whom_to_ask(contact, page=page) == f"You can ask {said}"


@given(st.integers(2, 60))
def test_a_list_is_counted_in_words_to_twelve_and_then_in_figures(count: int) -> None:
    assert any(character.isdigit() for character in replies().about_list(count)) == (count > 12)


def test_the_whole_text_is_what_is_said_a_line_each() -> None:
    said = (Sentence("One.", (1,)), Sentence("Two.", (2,)))

    assert whole_text("The pack says:", said, "", "Ask.") == "The pack says:\nOne.\nTwo.\nAsk."
