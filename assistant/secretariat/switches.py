"""What the secretariat can turn off at once: all answers, or the language model alone. Every worker follows."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError
from assistant.domain import UNKEPT, Answer, Event, Outcome, Question, Refusal
from assistant.replies import replies, whole_text
from assistant.secretariat.audit import Change, note
from assistant.secretariat.tables import PersonRow, SwitchRow
from knowledge.domain import Campaign

REFRESH_SECONDS: Final = 2.0
"""How old what a worker knows of the switches may be when a question comes: less than the five that are promised."""

_log = logging.getLogger("assistant.secretariat")


class Switch(StrEnum):
    CHAT = "chat"
    MODEL = "model"


@dataclass(frozen=True, slots=True)
class Position:
    """How a switch stands, and who set it so and why; it is on, for no reason, until somebody does."""

    off: bool = False
    reason: str = ""
    who: str = ""
    at: datetime | None = None


Positions = Mapping[Switch, Position]

_ALL_ON: Final[Positions] = MappingProxyType({switch: Position() for switch in Switch})


class Switches:
    """How each switch stands. Setting one is noted in the audit, with its reason."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known = _ALL_ON
        self._read_at = float("-inf")
        self._reading = asyncio.Lock()

    async def set(self, switch: Switch, *, off: bool, reason: str, by: str, at: datetime) -> None:
        """Here it counts from the next question on, elsewhere within REFRESH_SECONDS."""

        def work(session: Session) -> None:
            row = session.get(SwitchRow, switch.value)
            before = {"off": row.off, "reason": row.reason} if row else {"off": False, "reason": ""}
            session.merge(SwitchRow(name=switch.value, off=off, reason=reason, person=by, at=at))
            action = "turned_off" if off else "turned_on"
            note(session, Change(by, action, "switch", switch.value, before, {"off": off, "reason": reason}), at=at)

        await self._database.run(work)
        self._read_at = float("-inf")

    async def positions(self) -> Positions:
        """As the database has them now."""
        return await self._database.run(_positions, reading=True)

    async def is_off(self, switch: Switch) -> bool:
        """As it was at most REFRESH_SECONDS ago. While the database can't be read the last that is known counts."""
        if self._is_old():
            async with self._reading:
                if self._is_old():
                    await self._refresh()
        return self._known[switch].off

    def _is_old(self) -> bool:
        return time.monotonic() - self._read_at >= REFRESH_SECONDS

    async def _refresh(self) -> None:
        began = time.monotonic()
        try:
            self._known = await self._database.run(_positions, reading=True)
        except RecordsError as error:
            _log.warning("the switches could not be read: %s", error)
        self._read_at = began


def _positions(session: Session) -> Positions:
    rows = session.execute(select(SwitchRow, PersonRow.name).join(PersonRow)).all()
    known = {row.name: Position(row.off, row.reason, name, row.at) for row, name in rows}
    return {switch: known.get(switch.value, Position()) for switch in Switch}


class Answering(Protocol):
    """Answers questions. The last event of a stream is the whole Answer."""

    def stream(self, question: Question) -> AsyncIterator[Event]: ...


@dataclass(frozen=True, slots=True)
class SwitchedAssistant:
    """An assistant that can be turned off, or kept to `quoting`. `campaign` says whom to ask instead.

    Turned off, it still gives the fixed replies (`screen`) to people in danger and to words that may not be kept.
    """

    writing: Answering
    quoting: Answering
    switches: Switches
    screen: Callable[[Question], Refusal | None]
    campaign: Callable[[], Campaign]

    async def stream(self, question: Question) -> AsyncIterator[Event]:
        if await self.switches.is_off(Switch.CHAT):
            refusal = self.screen(question)
            if refusal is None or refusal.rule not in UNKEPT:
                yield _unavailable(self.campaign())
                return
        model_off = await self.switches.is_off(Switch.MODEL)
        async for event in (self.quoting if model_off else self.writing).stream(question):
            yield event


def _unavailable(campaign: Campaign) -> Answer:
    words = replies()
    ask = words.whom_to_ask(campaign.contact, page=campaign.page)
    text = whole_text("", (), words.unavailable.text, ask)
    return Answer(Outcome.UNAVAILABLE, text, contact=campaign.contact)
