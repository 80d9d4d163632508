"""A follow-up becomes a question that stands alone, in a model's words, if these add nothing."""

import json
from contextlib import aclosing
from dataclasses import replace
from typing import TYPE_CHECKING

from assistant.citing.facts import facts
from assistant.citing.terms import LEAST_SUPPORT, content, name_fault, support
from assistant.composing import ComposerError
from assistant.composing.breaker import CircuitBreaker
from assistant.composing.calling import Call, Limits, Messages, NotCalled, Spent, stream_reply
from assistant.conversation import Restater
from assistant.domain import MAX_QUESTION, Question
from assistant.prompts import prompt
from assistant.text import clean

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

_TURNS = 3
_LIMITS = Limits(first_token_seconds=4.0, answer_seconds=6.0, answer_tokens=200, answer_characters=MAX_QUESTION)


class ModelRestater:
    """Restates by one short call; `otherwise` restates when there is no history, the model fails, or it adds things."""

    def __init__(
        self,
        model: "BaseChatModel",
        otherwise: Restater,
        *,
        limits: Limits = _LIMITS,
        breaker: CircuitBreaker | None = None,
        call: Call = stream_reply,
    ) -> None:
        self._model = model.bind(max_tokens=limits.answer_tokens)
        self._otherwise = otherwise
        self._limits = limits
        self._breaker = breaker or CircuitBreaker()
        self._call = call

    async def restate(self, question: Question) -> Question:
        if not question.history or not self._breaker.lets_through():
            return await self._otherwise.restate(question)
        try:
            written = await self._written(question)
        except NotCalled:
            return await self._otherwise.restate(question)
        except ComposerError:
            self._breaker.failed()
            return await self._otherwise.restate(question)
        self._breaker.succeeded()
        if not _adds_nothing(written, question):
            return await self._otherwise.restate(question)
        carried = set(content(written)) - set(content(question.text))
        history = question.history if carried else ()
        return replace(question, text=written, history=history, asked=question.asked or question.text)

    async def _written(self, question: Question) -> str:
        written = ""
        async with aclosing(self._call(self._model, _messages(question), self._limits)) as pieces:
            async for piece in pieces:
                written += "" if isinstance(piece, Spent) else piece
        return clean(written).strip("\"'“”‘’ ")


def _messages(question: Question) -> Messages:
    turns = [{"asked": turn.question, "answered": turn.answer} for turn in question.history[-_TURNS:]]
    lines = [json.dumps(line, ensure_ascii=False) for line in (*turns, {"question": question.text})]
    return [("system", prompt("restate")), ("human", "\n".join(lines))]


def _adds_nothing(written: str, question: Question) -> bool:
    """Whether the words are those of the question and the conversation, and something of the question is left."""
    if not written or len(written) > MAX_QUESTION:
        return False
    turns = [text for turn in question.history[-_TURNS:] for text in (turn.question, turn.answer)]
    known = "\n".join((question.text, *turns))
    given = facts(known).found
    if not all(any(fact.agrees(claimed) for fact in given) for claimed in facts(written).found):
        return False
    if name_fault(written, known) or support(written, known)[0] < LEAST_SUPPORT:
        return False
    own = set(content(question.text))
    return not own or bool(own & set(content(written)))
