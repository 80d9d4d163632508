"""Drafts that a language model writes from numbered passages, in one call. Nothing of them is shown unchecked."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from assistant.citing.facts import facts
from assistant.citing.terms import content
from assistant.composing import ComposerError
from assistant.composing.breaker import CircuitBreaker
from assistant.composing.calling import Call, Limits, Messages, NotCalled, Prices, Spent, stream_reply, usage
from assistant.composing.replies import ReplyReader, WrittenReply
from assistant.domain import Claim, DraftItem, Missing, Question, Usage
from assistant.prompts import prompt
from assistant.reading import Reading
from knowledge.domain import Evidence
from knowledge.tokens import count_tokens as count_o200k

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

RESPONSE_FORMAT = {
    "type": "json_schema",
    "json_schema": {"name": "draft", "strict": True, "schema": WrittenReply.model_json_schema()},
}


class ModelComposer:
    """Drafts with a chat model. The question has to stand alone: earlier turns never reach the model from here."""

    mode = "model"

    def __init__(
        self,
        model: "BaseChatModel",
        *,
        limits: Limits | None = None,
        prices: Prices | None = None,
        evidence_tokens: int = 4_000,
        breaker: CircuitBreaker | None = None,
        call: Call = stream_reply,
        count_tokens: Callable[[str], int] = count_o200k,
    ) -> None:
        self._limits = limits or Limits()
        self._prices = prices or Prices()
        self._evidence_tokens = evidence_tokens
        self._breaker = breaker or CircuitBreaker()
        self._call = call
        self._count_tokens = count_tokens
        # As extra body, because LangChain sends a plain response_format through openai's parsing client, which keeps
        # and parses the whole reply a second time.
        self._model = model.bind(max_tokens=self._limits.answer_tokens, extra_body={"response_format": RESPONSE_FORMAT})

    async def compose(
        self, question: Question, reading: Reading, evidence: Sequence[Evidence]
    ) -> AsyncIterator[DraftItem]:
        if not self._breaker.lets_through():
            raise ComposerError("the model failed too often and is left alone for a while")
        messages = await asyncio.to_thread(self._messages, question, evidence)
        draft = _Draft(messages)
        try:
            async with aclosing(self._call(self._model, messages, self._limits)) as pieces:
                async for piece in pieces:
                    for claim in draft.take(piece):
                        yield claim
            rest, missing = draft.reader.finish()
        except NotCalled:
            raise
        except ComposerError:
            self._breaker.failed()
            yield self._usage(draft)
            raise
        self._breaker.succeeded()
        for claim in rest:
            yield claim
        if missing:
            yield Missing(_in_words_of(question, reading, missing))
        yield self._usage(draft)

    def _messages(self, question: Question, evidence: Sequence[Evidence]) -> Messages:
        lines: list[str] = []
        left = self._evidence_tokens
        for number, found in enumerate(evidence, start=1):
            line = _passage_line(number, found)
            left -= self._count_tokens(line)
            if left < 0 and lines:
                break
            lines.append(line)
        lines.append(json.dumps({"question": question.text}, ensure_ascii=False))
        return [("system", prompt("compose")), ("human", "\n".join(lines))]

    def _usage(self, draft: "_Draft") -> Usage:
        return usage(draft.spent, draft.messages, draft.written, prices=self._prices, count_tokens=self._count_tokens)


class _Draft:
    """What has come of one reply so far."""

    def __init__(self, messages: Messages) -> None:
        self.messages = messages
        self.reader = ReplyReader()
        self.written = ""
        self.spent: Spent | None = None

    def take(self, piece: str | Spent) -> Sequence[Claim]:
        if isinstance(piece, Spent):
            self.spent = piece
            return ()
        self.written += piece
        return tuple(self.reader.take(piece))


def _passage_line(number: int, found: Evidence) -> str:
    """A passage as one line of JSON, out of which no text of a passage can break."""
    passage = found.passage
    line: dict[str, Any] = {"passage": number, "heading": list(passage.heading)}
    if passage.dated:
        line["dated"] = passage.dated.isoformat()
    if passage.lead_in:
        line["leads_in"] = passage.lead_in
    return json.dumps({**line, "text": passage.text}, ensure_ascii=False)


def _in_words_of(question: Question, reading: Reading, missing: str) -> str:
    """What is missing is shown to the asker, so a model may only choose among the asker's own words."""
    asked = set(content(question.text))
    figures = [fact.value for fact in facts(question.text).found]
    same_words = set(content(missing)) <= asked and all(fact.value in figures for fact in facts(missing).found)
    if same_words and len(missing) <= len(question.text):
        return missing
    unanswered = [part.missing for part in reading.parts if not part.answered]
    return unanswered[0] if unanswered else question.text
