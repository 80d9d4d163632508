"""The order of the steps from a question to a checked answer, and nothing else."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from assistant.composing import Composer
from assistant.composing.quoting import QuotingComposer
from assistant.conversation import Restater, lacks_context
from assistant.domain import Answer, Event, Outcome, Question, Refusal, Restarted, Said, Stage, Versions
from assistant.fact_sheet import FactSheet
from assistant.guard import Guard
from assistant.reading import LookedUp, Reader
from assistant.signposts import Reply
from assistant.speaking import Spoken, answer_of
from assistant.supporting import Supports
from assistant.text import clean
from assistant.timing import Timings
from knowledge.domain import Evidence
from knowledge.store import Index


class Readings(Protocol):
    """Has a question looked up in a thread, or remembers what came of it."""

    def __call__(self, look_up: Callable[[Question], LookedUp], question: Question, /) -> Awaitable[LookedUp]: ...


@dataclass(frozen=True, slots=True)
class Opened:
    """One version of the pack, ready for questions. `search` takes a question, restated; both run in a thread.

    `supports` says whether quotes carry a claim, also in a thread. `sheet` gives the version's fact sheet, once one was
    drawn up.
    """

    index: Index
    search: Callable[[Question], Sequence[Evidence]]
    reader: Reader
    supports: Supports
    sheet: Callable[[], FactSheet | None] = lambda: None
    readings: Readings = asyncio.to_thread


class ApprovedAnswers(Protocol):
    """Answers that people wrote and approved."""

    async def find(self, question: Question, index: Index) -> Answer | None:
        """The one for a question that means the same, if all it rests on stands in this version of the pack."""


class ServedPack(Protocol):
    """Lends the version being served; whoever borrowed it keeps it to the end of the question."""

    def lease(self) -> AbstractContextManager[Opened]: ...


@dataclass(frozen=True, slots=True)
class Making:
    """How answers are made, for `Answer.versions`."""

    prompt: str
    model: str
    code: str


@dataclass(frozen=True, slots=True)
class Assistant:
    """Answers questions about the pack. Everything that asks enters here: the server, the evals, the terminal."""

    served_pack: ServedPack
    guard: Guard
    restater: Restater
    composer: Composer
    making: Making
    approved: ApprovedAnswers | None = None

    async def answer(self, question: Question) -> Answer:
        """The whole answer."""
        return [event async for event in self.stream(question) if isinstance(event, Answer)][-1]

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        """Stages, sentences as they pass their checks, and last the whole answer, which is what counts."""
        timings = Timings()
        question = replace(question, text=clean(question.text), asked=question.text)
        with timings.of("screen"):
            refusal = self.guard.screen(question)
        if refusal and refusal.outcome is Outcome.CLARIFY and question.history:
            refusal = None  # "from when?" is a question to whoever heard the one before
        if refusal:
            yield replace(refused(refusal), versions=self._versions(None), timings_ms=timings.total())
            return
        with self.served_pack.lease() as opened:
            yield Stage("search")
            with timings.of("restate"):
                question = await self.restater.restate(question)
            if lacks_context(question):
                unclear = refused(self.guard.signposts.refusal(Reply.CLARIFY))
                yield replace(unclear, versions=self._versions(opened.index), timings_ms=timings.total())
                return
            if approved := await self._approved(question, opened.index, timings):
                for sentence in _one_by_one(approved):
                    yield sentence
                yield approved
                return
            # Nothing but what stands alone is looked up: how it was typed may differ where the question is the same.
            found = await opened.readings(partial(_look_up, opened, timings), replace(question, asked=""))
            timings.spared("search", "judge")
            evidence, reading = found.evidence, found.reading

            yield Stage("compose")
            spoken = Spoken(
                evidence, opened.index.campaign, self.guard, mode=self.composer.mode, supports=opened.supports
            )
            with timings.of("compose"):
                async for item in self.composer.compose(question, reading, evidence):
                    if said := await asyncio.to_thread(spoken.take, item):
                        yield said
                if spoken.lost_all and any(part.answered for part in reading.parts):
                    spoken.take(Restarted("no claim passed its checks"))
                    async for item in QuotingComposer().compose(question, reading, evidence):
                        if said := spoken.take(item):
                            yield said
            answer = answer_of(spoken, reading, opened.index.campaign)
            yield replace(
                answer, restated=question.text, versions=self._versions(opened.index), timings_ms=timings.total()
            )

    async def _approved(self, question: Question, index: Index, timings: Timings) -> Answer | None:
        if self.approved is None:
            return None
        with timings.of("approved"):
            answer = await self.approved.find(question, index)
        if answer is None:
            return None
        return replace(answer, restated=question.text, versions=self._versions(index), timings_ms=timings.total())

    def _versions(self, index: Index | None) -> Versions:
        return Versions(
            pack=index.pack_version if index else "",
            index=index.version if index else "",
            prompt=self.making.prompt,
            model=self.making.model,
            code=self.making.code,
        )


def refused(refusal: Refusal) -> Answer:
    """A fixed reply as an answer: no citations, nothing of the pack."""
    return Answer(outcome=refusal.outcome, text=refusal.text, rule=refusal.rule)


def _one_by_one(answer: Answer) -> Iterator[Said]:
    """Its sentences, each with the citations that it is the first to use."""
    left = {citation.number: citation for citation in answer.citations}
    for sentence in answer.sentences:
        yield Said(sentence, tuple(left.pop(number) for number in sentence.citations if number in left))


def _look_up(opened: Opened, timings: Timings, question: Question) -> LookedUp:
    with timings.of("search"):
        evidence = tuple(opened.search(question))
    with timings.of("judge"):
        reading = opened.reader.read(question, evidence)
    return LookedUp(evidence, reading)
