"""Follow-ups restated by a model: its words are taken only when they add nothing."""

import asyncio

import pytest

from assistant.composing.breaker import CircuitBreaker
from assistant.composing.calling import Limits
from assistant.conversation import RuleRestater
from assistant.domain import Question, Turn
from assistant.restating import ModelRestater
from tests.scripted_model import Reply, ScriptedModel, chat_client, in_pieces, scripted_model

HISTORY = (Turn("How often does the Board meet?", "The Board meets every two weeks, on Tuesdays."),)
FOLLOW_UP = Question("And where are they held?", HISTORY)
BY_RULE = asyncio.run(RuleRestater().restate(FOLLOW_UP))


def restated(model: ScriptedModel, question: Question, breaker: CircuitBreaker | None = None) -> Question:
    limits = Limits(first_token_seconds=1.0, answer_seconds=1.5, answer_characters=500)
    return asyncio.run(
        ModelRestater(chat_client(model), RuleRestater(), limits=limits, breaker=breaker).restate(question)
    )


def test_a_follow_up_stands_alone_in_the_models_words() -> None:
    with scripted_model(Reply(in_pieces("Where are the meetings of the Board held?\n"))) as model:
        question = restated(model, FOLLOW_UP)

    assert question == Question("Where are the meetings of the Board held?", HISTORY, FOLLOW_UP.text)


def test_a_change_of_topic_carries_nothing_over() -> None:
    with scripted_model(Reply(["What does the role pay?"])) as model:
        assert restated(model, Question("What does the role pay?", HISTORY)).history == ()


def test_a_first_question_never_reaches_the_model() -> None:
    with scripted_model(Reply(["x"])) as model:
        question = restated(model, Question("Where is it held?"))

    assert question.text == "Where is it held?"
    assert model.asked == []


@pytest.mark.parametrize(
    "said",
    [
        "Where are the 12 meetings of the Board held?",
        "Where in Birmingham are the Board meetings held?",
        "They are held in the town hall every other Tuesday evening.",
        "How often does the Board meet?",
        "Where are they held? " * 40,
        "",
    ],
    ids=["a number", "a name", "an answer", "another question", "too long", "nothing"],
)
def test_words_that_add_something_are_not_taken(said: str) -> None:
    with scripted_model(Reply([said])) as model:
        assert restated(model, FOLLOW_UP) == BY_RULE


@pytest.mark.parametrize(
    "fault",
    [Reply(status=500, body="{}"), Reply(hang=2.5), Reply(["Where are"], finish="length"), Reply(body="<html>")],
    ids=["500", "hang", "length", "html"],
)
def test_when_the_model_fails_the_rule_restates(fault: Reply) -> None:
    with scripted_model(fault) as model:
        assert restated(model, FOLLOW_UP) == BY_RULE


def test_a_model_that_is_left_alone_is_not_asked_to_restate() -> None:
    breaker = CircuitBreaker(failures=1)
    breaker.failed()
    with scripted_model(Reply(["Where are the Board meetings held?"])) as model:
        assert restated(model, FOLLOW_UP, breaker) == BY_RULE

    assert model.asked == []
