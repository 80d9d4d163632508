"""When a question means the same as an approved one: rates on pairs, and the rules behind them."""

import pytest

from assistant.secretariat.matching_approved import SameMeaning
from assistant.secretariat.question_form import form_of, same_form
from scripts.measure_approved import false_matches, finds, hits, same_meaning
from tests.secretariat.approved_pairs import CHOOSING, HELD_OUT, pairs_in


@pytest.fixture(scope="module")
def same() -> SameMeaning:
    return same_meaning()


def test_at_most_one_near_miss_in_a_hundred_gets_an_answer_on_pairs_held_out(same: SameMeaning) -> None:
    rate = false_matches(same, pairs_in(HELD_OUT))

    assert rate.asked >= 300
    assert rate.found <= 0.01 * rate.asked


def test_most_questions_that_mean_the_same_get_the_answer_on_pairs_held_out(same: SameMeaning) -> None:
    rate = hits(same, pairs_in(HELD_OUT))

    assert rate.found >= 0.9 * rate.asked


def test_there_are_pairs_enough_and_none_is_in_both_files() -> None:
    choosing, held_out = pairs_in(CHOOSING), pairs_in(HELD_OUT)

    assert sum(len(one.same) for one in (*choosing, *held_out)) >= 200
    assert {one.question for one in choosing} & {one.question for one in held_out} == set()


def test_a_question_gets_the_answer_that_was_approved_for_it_word_for_word(same: SameMeaning) -> None:
    assert all(finds(same, one, one.question.lower()) for one in pairs_in(CHOOSING)[:10])


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is the fee £350 a day?", "Is the fee £530 a day?"),
        ("Can I start in April 2027?", "Can I start in May 2027?"),
        ("How long is the first term?", "How long is the second term?"),
        ("Can I apply with a degree?", "Can I apply without a degree?"),
        ("Can I apply if I was shortlisted?", "Can I apply if I was not shortlisted?"),
        ("Are members paid?", "Are members paid expenses?"),
        ("What does the Chair do?", "What does the deputy chair do?"),
        ("Must I travel?", "May I travel?"),
        ("Who decides?", "When is it decided?"),
        ("Can the Minister remove a member?", "Can a member remove the Minister?"),
        ("How often does the Board meet?", "How often and where does the Board meet?"),
        ("When will interviews start?", "When did interviews start?"),
    ],
)
def test_another_figure_date_role_or_stance_is_another_question(one: str, other: str) -> None:
    assert not same_form(form_of(one), form_of(other))
    assert not same_form(form_of(other), form_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What is the closing date for applications?", "Hello, could you tell me when applications close please?"),
        ("Is the fee £350 a day?", "Is the daily fee £350?"),
        ("Can the Minister remove a member?", "Can a member be removed by the Minister?"),
        ("Must I live in England?", "Is it necessary to live in England?"),
        ("How do members meet?", "How do members meet"),
    ],
)
def test_the_same_in_other_words_is_the_same_question(one: str, other: str) -> None:
    assert same_form(form_of(one), form_of(other))
    assert same_form(form_of(other), form_of(one))
