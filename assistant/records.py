"""What was asked and answered, and what people thought of it. The only module that knows how it is kept."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeGuard

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.daily_counts import count_feedback, count_turn
from assistant.database import Database, open_database
from assistant.domain import Answer, Outcome, Turn
from assistant.kept_answers import keep, keep_passages
from assistant.tables import ConversationRow, FeedbackRow, TurnRow, WaitingRow
from assistant.waiting import Queue

REMEMBERED: Final = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)
"""The outcomes whose turns help to read the next question. What was refused is never looked at again."""

_ID: Final = re.compile("[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Started:
    """A turn that was recorded, and the conversation that it belongs to."""

    turn: str
    conversation: str


@dataclass(frozen=True, slots=True)
class Feedback:
    """What the asker thought of an answer; `reason` is None until they were asked for one and said so."""

    useful: bool
    reason: str | None


@dataclass(frozen=True, slots=True)
class KeptTurn:
    """A turn as it was recorded. `question` is None when it may not be kept, `body` when no answer came (yet).

    `state` is started, finished, failed or stopped.
    """

    id: str
    asked_at: datetime
    state: str
    question: str | None
    body: Mapping[str, Any] | None
    feedback: Feedback | None


def new_id() -> str:
    """128 random bits in hex."""
    return secrets.token_hex(16)


def open_records(address: str) -> "Records":
    """Records in the database at this address, its tables brought up to date. RecordsError says what is wrong."""
    return Records(open_database(address))


class Records:
    """Conversations, turns and feedback. Every method may raise RecordsError; none retries in silence."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._passages: set[str] = set()

    async def start_turn(self, conversation: str | None, question: str | None, *, asked_at: datetime) -> Started:
        """Record that a question was asked, before anything is said. `question` is None when it may not be kept.

        A conversation that is not known gets a fresh id: nobody joins, or names, a conversation that isn't theirs.
        """

        def work(session: Session) -> Started:
            known = conversation if _is_id(conversation) else ""
            if session.get(ConversationRow, known) is None:
                known = new_id()
                session.add(ConversationRow(id=known, started_at=asked_at))
                session.flush()
            turn = new_id()
            session.add(TurnRow(id=turn, conversation=known, asked_at=asked_at, state="started", question=question))
            return Started(turn, known)

        return await self.database.run(work)

    async def finish_turn(self, turn: str, answer: Answer, body: Mapping[str, Any], *, finished_at: datetime) -> None:
        """Record what was said, as it was said (`body`), and what it was made from."""
        found = [one.passage for one in answer.evidence if one.passage.id not in self._passages]

        def work(session: Session) -> None:
            row = session.scalars(select(TurnRow).where(TurnRow.id == turn)).one_or_none()
            if row is None:
                return
            row.state = "finished"
            row.finished_at = finished_at
            row.answer = dict(body)
            keep(session, row, answer)
            count_turn(session, row, milliseconds=answer.timings_ms.get("total"))
            keep_passages(session, found)

        await self.database.run(work)
        self._passages.update(passage.id for passage in found)

    async def fail_turn(self, turn: str, *, finished_at: datetime, stopped: bool = False) -> None:
        """Record that no answer came; `stopped` when the asker would not wait for it."""

        def work(session: Session) -> None:
            row = session.scalars(select(TurnRow).where(TurnRow.id == turn, TurnRow.state == "started")).one_or_none()
            if row is None:
                return
            row.state, row.finished_at = "stopped" if stopped else "failed", finished_at
            count_turn(session, row)

        await self.database.run(work)

    async def history(self, conversation: str, *, limit: int) -> tuple[Turn, ...]:
        """The last turns that were answered, oldest first; none for a conversation that is not known."""
        if not _is_id(conversation):
            return ()

        def work(session: Session) -> tuple[Turn, ...]:
            rows = session.execute(
                select(TurnRow.question, TurnRow.answer)
                .where(TurnRow.conversation == conversation, TurnRow.outcome.in_(list(REMEMBERED)))
                .order_by(TurnRow.number.desc())
                .limit(limit)
            ).all()
            return tuple(Turn(question, answer["text"]) for question, answer in reversed(rows) if question and answer)

        return await self.database.run(work, reading=True)

    async def turns_of(self, conversation: str) -> tuple[KeptTurn, ...]:
        """Every turn, oldest first, as it was answered; none for a conversation that is not known."""
        if not _is_id(conversation):
            return ()

        def work(session: Session) -> tuple[KeptTurn, ...]:
            rows = session.execute(
                select(TurnRow, FeedbackRow)
                .outerjoin(FeedbackRow, FeedbackRow.turn == TurnRow.number)
                .where(TurnRow.conversation == conversation)
                .order_by(TurnRow.number)
            ).all()
            return tuple(_kept(turn, feedback) for turn, feedback in rows)

        return await self.database.run(work, reading=True)

    async def feedback(self, turn: str, *, useful: bool, reason: str | None, at: datetime) -> bool:
        """Keep what the asker thought of an answer; False when there is no such answer."""
        if not _is_id(turn):
            return False

        def work(session: Session) -> bool:
            asked = session.execute(select(TurnRow.number, TurnRow.asked_at).where(TurnRow.id == turn)).one_or_none()
            if asked is None:
                return False
            number = asked.number
            before = session.get(FeedbackRow, number)
            count_feedback(session, asked.asked_at, useful=useful, before=before.useful if before else None)
            session.merge(FeedbackRow(turn=number, useful=useful, reason=reason, at=at))
            waits = session.get(WaitingRow, (Queue.NOT_USEFUL, number))
            if useful and waits:
                session.delete(waits)
            elif not useful and not waits:
                session.add(WaitingRow(queue=Queue.NOT_USEFUL, turn=number))
            return True

        return await self.database.run(work)

    async def check(self) -> None:
        """Read one thing; RecordsError says why it can't."""
        await self.database.run(lambda session: session.execute(select(TurnRow.number).limit(1)).all(), reading=True)

    def close(self) -> None:
        """Finish what is under way and let go of the database, also for all others that use it."""
        self.database.close()


def _is_id(text: str | None) -> TypeGuard[str]:
    return text is not None and _ID.fullmatch(text) is not None


def _kept(turn: TurnRow, feedback: FeedbackRow | None) -> KeptTurn:
    thought = Feedback(feedback.useful, feedback.reason) if feedback else None
    return KeptTurn(turn.id, turn.asked_at, turn.state, turn.question, turn.answer, thought)
