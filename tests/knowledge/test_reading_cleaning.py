"""Characters, line breaks and glued text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.reading.cleaning import clean, fold, join_lines, unglue


@pytest.mark.parametrize(
    ("raw", "plain"),
    [
        ("e\ufb03cient o\ufb00er", "efficient offer"),
        ("safe\u00adguard", "safeguard"),
        ("safe\u00ad\n  guarding", "safeguarding"),
        ("£301\u00a0per\u2009day", "£301 per day"),
        ("multi\u2011agency", "multi-agency"),
        ("zero\u200bwidth \u202eturned\u202c", "zerowidth turned"),
        ("hid\U000e0041\U000e0042den", "hidden"),
        ("Cafe\u0301", "Café"),
        ("½ m² “quoted” …", "½ m² “quoted” …"),
    ],
)
def test_text_is_made_plain_without_changing_a_word(raw: str, plain: str) -> None:
    assert clean(raw) == plain


@given(st.text())
def test_what_is_plain_stays_as_it_is(text: str) -> None:
    assert clean(clean(text)) == clean(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    ("glued", "parts"),
    [
        ("on the webpage.My department is here.", ["on the webpage.", "My department is here."]),
        ("Will you apply?Yes, of course.", ["Will you apply?", "Yes, of course."]),
        ("(see the Code).The Board meets.", ["(see the Code).", "The Board meets."]),
    ],
)
def test_glued_sentences_are_parted(glued: str, parts: list[str]) -> None:
    assert unglue(glued) == parts


@pytest.mark.parametrize(
    "text",
    [
        "write to jane.Smith@example.gov.uk now",
        "see https://example.org/the.Page of it",
        "see www.example.Com or example.Org now",
        "open annex.Pdf or form.Docx first",
        "for example e.g.This and i.e.That",
        "Prof.Smith and Mrs.Jones",
        "J.Smith of the U.K.Government",
        "rises by 3.5 per cent.",
        "an ASP.Net page",
        "the file main.C is one",
    ],
)
def test_addresses_file_names_and_abbreviations_are_never_parted(text: str) -> None:
    assert unglue(text) == [text]


@given(st.text(alphabet="abM .!?)A\n"))
def test_parting_loses_nothing(text: str) -> None:
    assert "".join(unglue(text)) == text


@pytest.mark.parametrize(
    ("lines", "known", "joined"),
    [
        (["local partner-", "ships"], {"partnerships"}, "local partnerships"),
        (["the respon-", "sibilities"], set(), "the responsibilities"),
        (["on Wednes-", "day"], set(), "on Wednesday"),
        (["the safe-", "guarding of"], set(), "the safeguarding of"),
        (["the remunera-", "tion is"], set(), "the remuneration is"),
        (["a clear-", "sighted chair"], set(), "a clear-sighted chair"),
        (["safe\u00ad", "guarding"], {"safe", "guarding"}, "safeguarding"),
        (["multi-", "agency work"], set(), "multi-agency work"),
        (["a part-", "time role"], set(), "a part-time role"),
        (["child-", "centred"], {"child-centred"}, "child-centred"),
        (["the Anglo-", "Irish border"], set(), "the Anglo- Irish border"),
        (["decision-", "making"], set(), "decision-making"),
        (["see https://x.uk/long-", "path"], set(), "see https://x.uk/long-path"),
        (["2025-", "26"], set(), "2025- 26"),
    ],
)
def test_a_broken_word_is_mended_only_where_that_is_certain(lines: list[str], known: set[str], joined: str) -> None:
    assert join_lines(lines, known) == joined
