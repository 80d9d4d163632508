"""One question on its way: answered in a task of its own, recorded before its first byte, ended early if stopped."""

import asyncio
import logging
import traceback
from datetime import UTC, datetime
from functools import partial
from typing import Final

from assistant.database import RecordsError
from assistant.domain import UNKEPT, Answer, Event, Outcome, Question, Turn, Usage, Versions
from assistant.limits.in_flight import InFlight
from assistant.records import new_id
from assistant.web.errors import Problem
from assistant.web.metrics import Metrics
from assistant.web.schemas import AnswerBody, ContactBody, PassageUrl, answer_body
from assistant.web.service import PackVersion, Service
from assistant.web.words import ENGLISH, words_in

HISTORY: Final = 5
"""How many earlier turns are looked at to read a follow-up."""

RETRY_SECONDS: Final = 300
"""When to ask again while answers are switched off: people switch them on, not a moment later."""

_MOST_FOLLOW_UPS: Final = 3
_SPARE: Final = 60.0
"""Seconds beyond the answer's own deadline after which a question is given up, whatever holds it."""
_RECORDING: Final = 4.0
"""Seconds until what was broken off has to be recorded as failed: a disk is slow where much ends at once."""

BUSY: Final = words_in(ENGLISH)["problem"]["busy"]
FAILED: Final = words_in(ENGLISH)["problem"]["failed"]

_log = logging.getLogger("assistant.web")


class Reply:
    """What is said to one question, as it is said: events, and last of all the AnswerBody."""

    def __init__(self, text: str, conversation: str | None, pack: PackVersion) -> None:
        self.text = text
        self.conversation = conversation or new_id()
        self.given = conversation
        self.turn = new_id()
        self.usage = Usage()
        self.recorded = False
        self.stopped = False
        self.switched_off: Answer | None = None
        self.begun = asyncio.Event()
        self.events: asyncio.Queue[Event | AnswerBody | None] = asyncio.Queue()
        self.campaign = pack.campaign.id
        self.starters = pack.campaign.starters
        self.history: tuple[Turn, ...] = ()
        self.url = passage_url(pack.campaign.id, pack.pack_version)
        self.versions = Versions(pack=pack.pack_version, index=pack.version, prompt="", model="", code="")

    async def next(self, *, within: float | None = None) -> Event | AnswerBody:
        """The next thing said. Problem when no answer will come; TimeoutError after `within` seconds of silence."""
        event = await asyncio.wait_for(self.events.get(), within)
        if event is None:
            raise Problem(503, FAILED, retry_after=5)
        return event

    async def whole(self) -> AnswerBody:
        """The answer, when all of it is there."""
        while not isinstance(event := await self.next(), AnswerBody):
            pass
        return event


class Turns:
    """Every question that this process is answering."""

    def __init__(self, service: Service, metrics: Metrics) -> None:
        self._service = service
        self._metrics = metrics
        self._tasks: dict[Reply, asyncio.Task[None]] = {}
        self._in_flight = InFlight(service.shares)

    async def ask(
        self, text: str, *, conversation: str | None = None, history: tuple[Turn, ...] | None = None
    ) -> Reply:
        """Returns once the turn is recorded and there is something to say; it is answered unless it is stopped.

        `history` is for callers that keep it themselves; else it is the conversation's own. Problem while a question of
        the same conversation is under way, and when the secretariat has switched answers off.
        """
        pack = self._service.pack()
        if conversation and not await self._in_flight.begin(conversation):
            raise Problem(429, BUSY, retry_after=1)
        reply = Reply(text, conversation, pack)
        task = asyncio.create_task(self._answer(reply, history))
        self._tasks[reply] = task
        task.add_done_callback(partial(self._ended, reply))
        await reply.begun.wait()
        if reply.switched_off:
            raise _switched_off(reply.switched_off)
        return reply

    def stop(self, reply: Reply) -> None:
        """End a question whose asker no longer listens. Nothing happens to one that was answered."""
        task = self._tasks.get(reply)
        if task and not reply.stopped:
            reply.stopped = True
            task.cancel()

    async def history(self, conversation: str) -> tuple[Turn, ...]:
        """The turns that a follow-up may refer to; none when the records can't be read."""
        try:
            return await self._service.records.history(conversation, limit=HISTORY)
        except RecordsError as error:
            _log.warning("history could not be read: %s", error)
            return ()

    async def close(self, *, within: float) -> None:
        """Let what is under way come to its end; what takes longer is recorded as failed."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks.values(), timeout=within)
            for task in late:
                task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks.values(), timeout=_RECORDING)

    async def _answer(self, reply: Reply, history: tuple[Turn, ...] | None) -> None:
        answered = False
        try:
            with self._metrics.in_flight.track_inprogress():
                if history is None:
                    history = await self.history(reply.given) if reply.given else ()
                reply.history = history
                question = Question(text=reply.text, history=history, asked=reply.text)
                async with asyncio.timeout(self._service.settings.answer_seconds + _SPARE):
                    async for event in self._service.assistant.stream(question):
                        if not reply.begun.is_set():
                            if isinstance(event, Answer) and event.outcome is Outcome.UNAVAILABLE:
                                reply.switched_off = event
                            await self._start(reply, event)
                        if isinstance(event, Answer):
                            body = await self._finish(reply, event)
                            # First: who has the answer may ask the next question at once.
                            await self._make_way(reply)
                            reply.events.put_nowait(body)
                            answered = True
                        else:
                            reply.events.put_nowait(event)
        finally:
            if not answered:
                await self._fail(reply)
            await self._make_way(reply)
            reply.events.put_nowait(None)
            reply.begun.set()

    async def _start(self, reply: Reply, first: Event) -> None:
        """Only now is it known whether the question may be kept: the guard speaks before anything else does."""
        kept = None if isinstance(first, Answer) and first.rule in UNKEPT else reply.text
        try:
            started = await self._service.records.start_turn(reply.given, kept, asked_at=datetime.now(UTC))
        except RecordsError as error:
            self._unsaved(error)
        else:
            reply.turn, reply.conversation, reply.recorded = started.turn, started.conversation, True
            if reply.conversation != reply.given:
                # Its asker learns its id with the first byte, and may use it before the last.
                await self._in_flight.begin(reply.conversation)
        reply.begun.set()

    async def _make_way(self, reply: Reply) -> None:
        """Open its conversation to the next question."""
        for conversation in filter(None, {reply.given, reply.conversation}):
            await self._in_flight.end(conversation)

    async def _finish(self, reply: Reply, answer: Answer) -> AnswerBody:
        """The answer as it is sent; it is saved first, so that nobody holds an answer that was lost."""
        reply.usage = answer.usage
        if answer.versions:
            reply.url = passage_url(reply.campaign, answer.versions.pack)
        body = answer_body(
            answer,
            id=reply.turn,
            conversation=reply.conversation,
            url=reply.url,
            links=self._service.links(answer.rule),
            versions=reply.versions,
            follow_ups=_follow_ups(reply),
        )
        if reply.recorded:
            try:
                at = datetime.now(UTC)
                await self._service.records.finish_turn(
                    reply.turn, answer, body.model_dump(mode="json"), finished_at=at
                )
            except RecordsError as error:
                # Nobody is sent on to an answer that is not there to be read again.
                reply.recorded = False
                self._unsaved(error)
        self._metrics.answered(answer)
        total = answer.timings_ms.get("total", 0.0)
        fields = {"turn": reply.turn, "outcome": answer.outcome.value, "mode": answer.mode, "ms": total}
        _log.info("answered turn=%s outcome=%s mode=%s ms=%.1f", *fields.values(), extra={"fields": fields})
        return body

    async def _fail(self, reply: Reply) -> None:
        if not reply.stopped:
            self._metrics.failed.inc()
        if reply.recorded:
            try:
                at = datetime.now(UTC)
                await self._service.records.fail_turn(reply.turn, finished_at=at, stopped=reply.stopped)
            except RecordsError as error:
                self._unsaved(error)

    def _unsaved(self, error: RecordsError) -> None:
        self._metrics.unsaved.inc()
        _log.error("turn not saved: %s", error)

    def _ended(self, reply: Reply, task: asyncio.Task[None]) -> None:
        del self._tasks[reply]
        if not task.cancelled() and (error := task.exception()):
            _log.error("question not answered: %s", fault(error))


def _follow_ups(reply: Reply) -> list[str]:
    """The campaign's own first questions, which the pack answers, less those that were asked."""
    asked = {text.casefold() for text in (reply.text, *(turn.question for turn in reply.history))}
    return [starter for starter in reply.starters if starter.casefold() not in asked][:_MOST_FOLLOW_UPS]


def _switched_off(answer: Answer) -> Problem:
    contact = ContactBody.model_validate(answer.contact, from_attributes=True).model_dump() if answer.contact else None
    members = {"outcome": answer.outcome.value, "contact": contact}
    return Problem(503, answer.text, retry_after=RETRY_SECONDS, members=members)


def passage_url(campaign: str, pack_version: str) -> PassageUrl:
    """Where a passage of this version of the pack can be read."""
    return lambda passage: f"/pack/{campaign}/{pack_version}#{passage.id}"


def fault(error: BaseException) -> str:
    """Which fault, and where in the code. Never its message: that may hold what a candidate typed."""
    places = traceback.extract_tb(error.__traceback__)[-3:]
    way = " < ".join(f"{place.filename.rsplit('/', 1)[-1]}:{place.lineno} {place.name}" for place in reversed(places))
    return f"{type(error).__name__} at {way or 'an unknown place'}"
