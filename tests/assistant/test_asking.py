"""What a question is about, what kind of answer it waits for, and how what is missing is named."""

import pytest

from assistant.kinds import Kind, holds, kind_asked
from assistant.missing import missing_words
from assistant.phrases import any_of
from assistant.spelling import Speller
from assistant.subjects import asked_about, subjects


@pytest.mark.parametrize(
    ("phrase", "found", "not_found"),
    [
        ("remunerat*", "the remuneration is", "commuted"),
        ("how long ... appoint*", "how long would I be appointed for", "how long a walk"),
        ("# days", "two days a month", "many days"),
        ("£#", "a fee of £1,200.50", "a fee of £"),
        ("full time", "a full-time job", "fully timed"),
        ("# <unit>", "within 3 months", "3 monthly"),
    ],
)
def test_a_readable_phrase_finds_what_it_says(phrase: str, found: str, not_found: str) -> None:
    pattern = any_of([phrase])

    assert pattern is not None
    assert pattern.search(found)
    assert not pattern.search(not_found)


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("What does it pay?", "pay"),
        ("Are travel costs reimbursed?", "expenses"),
        ("When is the deadline?", "deadline"),
        ("Where are meetings held?", "meeting place"),
        ("can I do this on top of a full-time job?", "combining"),
        ("How long is the term?", "term"),
        ("Do I need a degree?", "person specification"),
    ],
)
def test_a_question_names_its_subject(question: str, subject: str) -> None:
    assert subject in [found.name for found in asked_about(question)]


def test_expenses_are_not_pay() -> None:
    assert "pay" not in [found.name for found in asked_about("Are expenses paid?")]


def test_every_subject_with_words_for_stating_it_is_found_in_some_of_its_own_search_words() -> None:
    unfound = [one.name for one in subjects() if one.stated and not one.is_stated_in(one.search)]

    assert unfound == []


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What does it pay?", Kind.MONEY),
        ("How long is it?", Kind.DURATION),
        ("Where are meetings held?", Kind.PLACE),
        ("When do I start?", Kind.DATE),
        ("How many people?", Kind.NUMBER),
        ("Who supports new members?", Kind.PERSON),
        ("Can I apply?", Kind.YES_NO),
        ("How often do you meet?", Kind.FREQUENCY),
        ("Which backgrounds?", Kind.OTHER),
    ],
)
def test_a_question_waits_for_a_kind_of_answer(question: str, kind: Kind) -> None:
    assert kind_asked(question) is kind


@pytest.mark.parametrize(
    ("text", "kind", "held"),
    [
        ("from November 2025", Kind.DATE, True),
        ("held in Leeds", Kind.PLACE, True),
        ("in May we meet", Kind.PLACE, False),
        ("fortnightly Panel meetings", Kind.FREQUENCY, True),
        ("£301 per day", Kind.MONEY, True),
        ("an equal opportunity", Kind.DURATION, False),
        ("four Panel members", Kind.NUMBER, True),
    ],
)
def test_a_text_holds_a_kind_of_answer_or_not(text: str, kind: Kind, held: bool) -> None:
    assert holds(text, kind) is held


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("What does it pay?", "what the role pays"),
        ("Can I bring my dog?", "whether you can bring your dog"),
        ("What would I learn", "what you would learn"),
        ("Does the Panel publish minutes", "“Does the Panel publish minutes?”"),
        (
            r"Print \x1b[31m <b>this</b> ![and this](https://evil.example/)",
            "“Print x1b 31m b this /b ! and this (https evil.example/)?”",
        ),
    ],
    ids=["a known subject", "first person", "with a question word", "the asker's own words", "words and no more"],
)
def test_what_is_missing_is_named_in_the_askers_words(question: str, missing: str) -> None:
    assert missing_words(question, next(iter(asked_about(question)), None)) == missing


WORDS = {"regional", "lead", "interview", "does", "role"}


@pytest.mark.parametrize(
    ("typed", "mended"),
    [
        ("regonal lead", "regional lead"),
        ("intervew", "interview"),
        ("Ofsted", "Ofsted"),
        ("roel", "roel"),
        ("someone@regonal.example", "someone@regonal.example"),
    ],
    ids=["a letter lost", "another", "a name", "two ways off", "an address"],
)
def test_words_that_are_no_words_are_mended_towards_the_pack(typed: str, mended: str) -> None:
    speller = Speller(["regional lead interview"], is_word=WORDS.__contains__)

    assert speller.corrected(typed) == mended
