"""What the secretariat does with an answer: marks it, settles where two differ, gives it to somebody, comments."""

from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.locks import Lock, lock_on
from assistant.secretariat.marks import Opinion, as_kept, counting, differ, reviews_of
from assistant.secretariat.tables import AssignmentRow, CommentRow, LockRow, PersonRow, ReviewRow
from assistant.tables import TurnRow, WaitingRow
from assistant.waiting import Queue

AGREED: Final = "agreed"
"""Nothing to settle: nobody differs."""


class Reviews:
    """Each method gives False when there is no such answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def mark(self, turn: str, opinion: Opinion, *, by: str, at: datetime) -> bool | Lock:
        """Keep an opinion; the answer leaves its queues and is nobody's any more. The lock, if somebody else has it."""

        def work(session: Session) -> bool | Lock:
            number = _number(session, turn)
            if number is None:
                return False
            lock = lock_on(session, number, at)
            if lock and lock.person != by:
                return lock
            before = _state(session, number)
            _add(session, number, opinion, by=by, at=at, authoritative=False)
            for table in (WaitingRow, LockRow):
                session.execute(delete(table).where(table.turn == number))
            session.execute(delete(AssignmentRow).where(AssignmentRow.turn == number, AssignmentRow.person == by))
            if differ(reviews_of(session, [number])[number]):
                session.add(WaitingRow(queue=Queue.MARKS_DIFFER, turn=number))
            note(session, Change(by, "reviewed", "turn", turn, before, _state(session, number)), at=at)
            return True

        return await self._database.run(work)

    async def settle(self, turn: str, opinion: Opinion, *, by: str, at: datetime) -> bool | str:
        """Keep an opinion that counts from now on, where two differ; AGREED where they don't."""

        def work(session: Session) -> bool | str:
            number = _number(session, turn)
            if number is None:
                return False
            if not differ(reviews_of(session, [number]).get(number, ())):
                return AGREED
            before = _state(session, number)
            _add(session, number, opinion, by=by, at=at, authoritative=True)
            for table in (WaitingRow, LockRow):
                session.execute(delete(table).where(table.turn == number))
            note(session, Change(by, "settled", "turn", turn, before, _state(session, number)), at=at)
            return True

        return await self._database.run(work)

    async def assign(self, turn: str, to: str, *, by: str, at: datetime) -> bool:
        """Give an answer to somebody to look after; an empty `to` takes it from whoever has it."""

        def work(session: Session) -> bool:
            number = _number(session, turn)
            if number is None or (to and session.get(PersonRow, to) is None):
                return False
            row = session.get(AssignmentRow, number)
            before = row.person if row else None
            if row and not to:
                session.delete(row)
            elif to:
                session.merge(AssignmentRow(turn=number, person=to))
            change = Change(by, "assigned", "turn", turn, {"to": before}, {"to": to or None})
            note(session, change, at=at)
            return True

        return await self._database.run(work)

    async def comment(self, turn: str, words: str, *, by: str, at: datetime) -> bool:
        """Keep what somebody says about an answer. The audit says that they did, not what."""

        def work(session: Session) -> bool:
            number = _number(session, turn)
            if number is None:
                return False
            session.add(CommentRow(turn=number, person=by, at=at, words=words))
            note(session, Change(by, "commented", "turn", turn), at=at)
            return True

        return await self._database.run(work)


def _number(session: Session, turn: str) -> int | None:
    return session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one_or_none()


def _add(session: Session, number: int, opinion: Opinion, *, by: str, at: datetime, authoritative: bool) -> None:
    session.add(
        ReviewRow(
            turn=number,
            person=by,
            at=at,
            verdict=opinion.verdict,
            reason=opinion.reason or None,
            pack_at_fault=opinion.pack_at_fault,
            authoritative=authoritative,
            marks=[as_kept(mark) for mark in opinion.marks],
            comment=opinion.comment or None,
        )
    )
    session.flush()


def _state(session: Session, number: int) -> dict[str, Any]:
    """Where an answer stands, without any words about it."""
    reviews = reviews_of(session, [number]).get(number, ())
    review = counting(reviews)
    queues = session.scalars(select(WaitingRow.queue).where(WaitingRow.turn == number).order_by(WaitingRow.queue))
    state: dict[str, Any] = {"reviews": len(reviews), "queues": list(queues)}
    if review is None:
        return state
    marks = [f"{mark.of} {mark.number} {mark.grade}" for mark in review.opinion.marks]
    return {
        **state,
        "verdict": review.opinion.verdict,
        "pack_at_fault": review.opinion.pack_at_fault,
        "authoritative": review.authoritative,
        "marks": marks,
    }
