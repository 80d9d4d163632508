"""One question may ask several things; each part must stand alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.parts import parts_of


@pytest.mark.parametrize(
    ("question", "parts"),
    [
        (
            "How often do you meet, where, and are expenses paid?",
            ("How often do you meet", "where do you meet", "are expenses paid"),
        ),
        ("When and where are meetings held?", ("When are meetings held", "where are meetings held")),
        ("Can you tell me what members do and how often they meet?", None),
        ("What are the pay and the deadline?", ("What are the pay", "What are the deadline")),
        ("Does it pay? And where is it based?", ("Does it pay", "And where is it based")),
        (
            "What is the pay, when do I start and how do I apply?",
            ("What is the pay", "when do I start", "how do I apply"),
        ),
    ],
    ids=["borrowed predicate", "bare opening", "indirect", "coordinated subjects", "two sentences", "three clauses"],
)
def test_a_question_is_split_into_the_things_it_asks(question: str, parts: tuple[str, ...] | None) -> None:
    found = parts_of(question)

    assert found == parts or (parts is None and len(found) == 2)


@pytest.mark.parametrize(
    "question",
    [
        "What are the roles and responsibilities?",
        "Is the Panel, which reviews cases, independent?",
        "How does the panel identify learning and improvements?",
        "pay?",
        "Who supports new members and how?",
    ],
)
def test_a_question_that_asks_one_thing_stays_whole(question: str) -> None:
    assert len(parts_of(question)) == 1


def test_what_is_said_before_the_question_goes_with_it() -> None:
    assert parts_of("I work full time as a nurse. Can I apply?") == ("I work full time as a nurse. Can I apply",)


@given(st.text(min_size=1, max_size=200))
def test_every_text_has_at_least_one_part(text: str) -> None:
    assert len(parts_of(text)) >= 1
