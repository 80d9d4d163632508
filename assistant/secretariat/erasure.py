"""What goes when a conversation is erased, or when its time is over: every row that holds its words or points at them.

Counts by day stay (`assistant/daily_counts.py`), and so do approved answers and exported cases, which hold no personal
data and are the secretariat's own.
"""

import json
import logging
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from assistant.database import Database, RecordsError
from assistant.secretariat.audit import Change, note
from assistant.secretariat.tables import EvalCaseRow, PackChangeRow, QuestionVectorRow, RetentionRow
from assistant.tables import ConversationRow, TurnRow

_AT_ONCE: Final = 500
"""Turns that are erased in one transaction: others who write must not wait long for it."""

_ID: Final = re.compile("[0-9a-f]{32}")

_log = logging.getLogger("assistant.secretariat")


class Why(StrEnum):
    """Why a conversation was erased. A fixed list: what somebody would write here could repeat what is to go."""

    CANDIDATE = "candidate"
    REQUEST = "request"
    PERSONAL_DATA = "personal_data"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Held:
    """A conversation that is kept: how many questions, the first and the last of them."""

    conversation: str
    turns: int
    first: datetime
    last: datetime


class Erasure:
    """Erases, notes it in the audit without words, has the database's files written anew. May raise RecordsError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def held(self, reference: str) -> Held | None:
        """The conversation that is meant by its own id, or by that of one of its answers."""

        def work(session: Session) -> Held | None:
            conversation = _conversation(session, reference)
            if conversation is None:
                return None
            asked = select(func.count(), func.min(TurnRow.asked_at), func.max(TurnRow.asked_at))
            turns, first, last = session.execute(asked.where(TurnRow.conversation == conversation.id)).one()
            return Held(conversation.id, turns, first or conversation.started_at, last or conversation.started_at)

        return await self._database.run(work, reading=True)

    async def erase(self, conversation: str, *, why: Why, by: str | None, at: datetime) -> bool:
        """A conversation with all that hangs on it; False when it is not known. `by` is None for its candidate."""
        if not _ID.fullmatch(conversation):
            return False

        def work(session: Session) -> bool:
            turns = session.scalars(select(TurnRow.number).where(TurnRow.conversation == conversation)).all()
            cases = _erase_drafts(session, [conversation])
            known = delete(ConversationRow).where(ConversationRow.id == conversation).returning(ConversationRow.id)
            if not session.scalars(known).all():
                return False
            after = {"why": why.value, "questions": len(turns), "cases": cases}
            note(session, Change(by, "erased", "conversation", conversation, None, after), at=at)
            _count(session)
            return True

        known = await self._database.run(work)
        if known:
            await self.sweep()
        return known

    async def erase_before(self, moment: datetime, *, at: datetime) -> int:
        """Every question asked before a moment, and the conversations that this leaves empty; how many questions."""

        def work(session: Session) -> int:
            due = select(TurnRow.number, TurnRow.conversation).where(TurnRow.asked_at < moment)
            turns = session.execute(due.order_by(TurnRow.asked_at).limit(_AT_ONCE)).all()
            conversations = {turn.conversation for turn in turns}
            cases = _erase_drafts(session, conversations)
            session.execute(delete(TurnRow).where(TurnRow.number.in_([turn.number for turn in turns])))
            _loosen(session, conversations)
            if len(turns) < _AT_ONCE:
                _erase_empty(session, moment)
            if turns:
                after = {"questions": len(turns), "cases": cases, "asked_before": moment.isoformat(timespec="seconds")}
                note(session, Change(None, "erased", "retention", "rule", None, after), at=at)
                _count(session)
            return len(turns)

        gone = 0
        while batch := await self._database.run(work):
            gone += batch
        return gone

    async def is_swept(self) -> bool:
        """Whether nothing of what was erased can still stand in the database's files."""
        erasures, swept = await self._database.run(_erasures, reading=True)
        return erasures <= swept

    async def sweep(self) -> None:
        """Have the files written anew if anything was erased since. What fails is logged, and tried again each hour."""
        try:
            erasures, swept = await self._database.run(_erasures, reading=True)
            if erasures > swept:
                await self._database.sweep()
                await self._database.run(lambda session: _swept(session, erasures))
        except RecordsError as error:
            _log.error("erased, but the files of the database are not swept yet: %s", error)


def _conversation(session: Session, reference: str) -> ConversationRow | None:
    wanted = reference.strip().lower()
    if not _ID.fullmatch(wanted):
        return None
    of_answer = select(TurnRow.conversation).where(TurnRow.id == wanted).scalar_subquery()
    meant = or_(ConversationRow.id == wanted, ConversationRow.id == of_answer)
    return session.scalars(select(ConversationRow).where(meant)).one_or_none()


def _erase_drafts(session: Session, conversations: Collection[str]) -> int:
    """The cases made of these conversations that are in no export yet, wherever they are repeated; how many."""
    turns = select(TurnRow.number).where(TurnRow.conversation.in_(conversations))
    gone = session.scalars(delete(EvalCaseRow).where(EvalCaseRow.turn.in_(turns)).returning(EvalCaseRow.text)).all()
    names = {str(json.loads(line)["id"]) for line in gone}
    for change in session.scalars(select(PackChangeRow)) if names else ():
        change.summary = _without(change.summary, names)
    return len(gone)


def _without(held: Any, names: Collection[str]) -> Any:
    """What was found out about a pack, without the cases of these names."""
    if isinstance(held, dict):
        return {key: _without(value, names) for key, value in held.items()}
    if isinstance(held, list):
        return [_without(one, names) for one in held if not (isinstance(one, dict) and one.get("id") in names)]
    return held


def _loosen(session: Session, conversations: Collection[str]) -> None:
    """What was made of later questions may hold words of those that went, since they were read together."""
    left = TurnRow.conversation.in_(conversations)
    numbers = select(TurnRow.number).where(left)
    session.execute(delete(QuestionVectorRow).where(QuestionVectorRow.turn.in_(numbers)))
    session.execute(update(TurnRow).where(left).values(working=None))


def _erase_empty(session: Session, moment: datetime) -> None:
    empty = ~exists().where(TurnRow.conversation == ConversationRow.id)
    session.execute(delete(ConversationRow).where(ConversationRow.started_at < moment, empty))


def _count(session: Session) -> None:
    session.execute(update(RetentionRow).values(erasures=RetentionRow.erasures + 1))


def _erasures(session: Session) -> tuple[int, int]:
    row = session.execute(select(RetentionRow.erasures, RetentionRow.swept)).one()
    return row.erasures, row.swept


def _swept(session: Session, erasures: int) -> None:
    session.execute(update(RetentionRow).where(RetentionRow.swept < erasures).values(swept=erasures))
