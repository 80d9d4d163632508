"""What can be quoted in an approved answer, and how hard it is to read."""

from dataclasses import replace

import pytest
from textstat import textstat  # type: ignore[import-untyped]

from assistant.domain import Sentence
from assistant.secretariat.approved import Words
from assistant.secretariat.quotable import chosen, from_answer, quotable_in, tidied, with_sources
from assistant.secretariat.reading_grade import reading_grade
from knowledge.domain import BlockKind
from tests.secretariat.written import MEETS, PACK, PAYS, passage, words

PLACE = passage(3, "Location\nLeeds", kind=BlockKind.LABELLED, label="Location")
ROW = passage(4, "Grade: Chair; Fee: £400", kind=BlockKind.TABLE_ROW)


def test_whole_sentences_can_be_quoted_and_rows_as_a_whole() -> None:
    assert [one.text for one in quotable_in(MEETS)] == ["The Board meets four times a year.", "Meetings last a day."]
    assert [one.text for one in quotable_in(PLACE)] == ["Location\nLeeds"]
    assert [one.text for one in quotable_in(ROW)] == [ROW.text]


def test_a_form_can_name_only_what_the_pack_holds() -> None:
    named = chosen([f"{MEETS.id}-1", f"{MEETS.id}-1", f"{MEETS.id}-9", "p-nothing-0", "%00"], PACK)

    assert [one.text for one in named] == ["Meetings last a day."]


def test_a_source_is_kept_once_and_a_label_with_its_value_becomes_a_sentence() -> None:
    once = with_sources(Words(), quotable_in(PLACE), said=True)
    twice = with_sources(once, quotable_in(PLACE), said=False)

    assert once.sentences == (Sentence("Location: Leeds", (1,)),)
    assert twice == once


def test_sources_that_no_sentence_rests_on_go_and_the_rest_is_numbered_as_it_is_used() -> None:
    many = with_sources(words(), [*quotable_in(PAYS), *quotable_in(PLACE)], said=False)
    said = replace(many, sentences=(Sentence("Leeds", (3,)), Sentence("Four times", (1, 3))))

    kept = tidied(said)

    assert [(one.number, one.quote) for one in kept.citations] == [(1, PLACE.text), (2, words().citations[0].quote)]
    assert [one.citations for one in kept.sentences] == [(1,), (2, 1)]


def test_of_what_a_candidate_was_told_only_what_still_stands_is_taken_over() -> None:
    body = {
        "sentences": [{"text": "Paid.", "citations": [1]}, {"text": "Free.", "citations": [1, 2]}],
        "citations": [
            {"number": 1, "quote": PAYS.text, "url": f"/pack/board/v#{PAYS.id}"},
            {"number": 2, "quote": "Lunch is free.", "url": "/pack/board/v#p-gone"},
        ],
    }

    taken = from_answer(body, PACK)

    assert [one.text for one in taken.sentences] == ["Paid."]
    assert [one.passage for one in taken.citations] == [PAYS.id]


@pytest.mark.parametrize(
    "text",
    [
        "The Board meets four times a year. Meetings last a day. You can join some of them by video.",
        "Members lead reviews, read the papers before each meeting, and speak for the Board at events in their region.",
        "Candidates' eligibility is conditional upon satisfactory completion of pre-appointment due diligence.",
    ],
)
def test_the_reading_grade_is_near_that_of_the_common_tool(text: str) -> None:
    grade = reading_grade(text)

    assert grade is not None
    assert grade == pytest.approx(float(textstat.flesch_kincaid_grade(text)), abs=1.5)


def test_a_text_without_words_has_no_grade() -> None:
    assert reading_grade("12, 13.") is None
