"""A follow-up stands alone after restating; a change of topic carries nothing over."""

import pytest

from assistant.conversation import restated
from assistant.domain import Question, Turn

MEETINGS = Turn(
    "How often does the Panel meet?",
    "The recruitment pack says:\nYou contribute to decisions at fortnightly Panel meetings.",
)
DUTIES = Turn("What are the key responsibilities?", "The pack lists:\nReviewing cases.\nLeading reviews.\nSpeaking.")


@pytest.mark.parametrize(
    ("asked", "before", "text"),
    [
        ("and where are they held?", MEETINGS, "where are the meetings held?"),
        ("what about the second one?", DUTIES, "what about Leading reviews."),
        ("where?", Turn("When are meetings held?", "Not said."), "where meetings held"),
    ],
    ids=["pronoun", "ordinal", "bare question word"],
)
def test_a_follow_up_says_what_it_is_about(asked: str, before: Turn, text: str) -> None:
    assert restated(Question(asked, (before,))).text == text


@pytest.mark.parametrize(
    ("asked", "text"),
    [
        ("thanks, different topic: what does it pay?", "what does it pay?"),
        ("Thanks! How many members are there?", "How many members are there?"),
        ("On another note, who is the Chair?", "who is the Chair?"),
        ("What about expenses?", "What about expenses?"),
    ],
)
def test_a_question_that_stands_alone_carries_nothing_over(asked: str, text: str) -> None:
    found = restated(Question(asked, (MEETINGS,)))

    assert (found.text, found.history) == (text, ())


def test_the_words_as_they_were_typed_are_kept() -> None:
    assert restated(Question("and where are they held?", (MEETINGS,))).asked == "and where are they held?"


def test_without_earlier_turns_a_question_stays_as_it_is() -> None:
    assert restated(Question("where are they held?")).text == "where are they held?"
