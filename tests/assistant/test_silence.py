"""When a pack counts as silent on a subject, and when it has no word for what is asked."""

import pytest

from assistant.fact_sheet import Fact, FactSheet
from assistant.silence import Silence
from assistant.subjects import Subject, subjects

FEE = "The fee is £310 a day."
CLOSING = "Closing date: 1 May"
STATED = Fact("pay", True, 0.97, "p1", "Members are paid £310 a day.", overruled=False)
SHEET = FactSheet((STATED, Fact("deadline", False, 0.02, "", "", overruled=False)))


@pytest.mark.parametrize(
    ("sheet", "text", "silent"),
    [
        (SHEET, FEE, (False, True)),
        (SHEET, CLOSING, (False, True)),
        (None, FEE, (False, True)),
        (None, CLOSING, (True, False)),
    ],
    ids=["as the sheet says", "although there are words", "words, before there is a sheet", "other words"],
)
def test_a_pack_is_called_silent_by_its_sheet_and_before_it_has_one_by_its_words(
    sheet: FactSheet | None, text: str, silent: tuple[bool, bool]
) -> None:
    silence = Silence([text], lambda: sheet)

    assert (silence.is_on(_subject("pay")), silence.is_on(_subject("deadline"))) == silent


@pytest.mark.parametrize(
    ("sheet", "text", "asked", "wordless"),
    [
        (None, FEE, ["deadline"], True),
        (None, FEE, ["pay"], False),
        (None, FEE, ["deadline", "pay"], False),
        (None, FEE, [], False),
        (SHEET, CLOSING, ["deadline"], False),
        (SHEET, CLOSING, ["pay"], False),
    ],
    ids=["no word", "a word", "a word for one of two", "no subject", "silent with a word", "stated without a word"],
)
def test_there_is_no_word_for_a_question_when_there_is_none_for_any_of_its_subjects(
    sheet: FactSheet | None, text: str, asked: list[str], wordless: bool
) -> None:
    assert Silence([text], lambda: sheet).is_wordless([_subject(name) for name in asked]) is wordless


def _subject(name: str) -> Subject:
    return next(subject for subject in subjects() if subject.name == name)
