"""Who looks at which answer just now, so that no two reviewers are sent to the same one."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, delete, exists, select
from sqlalchemy.orm import Session

from assistant.database import Database, insert_into
from assistant.secretariat.audit import Change, note
from assistant.secretariat.tables import LockRow, PersonRow
from assistant.tables import TurnRow

LASTS: Final = timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Lock:
    """An answer is somebody's until a moment, or until they marked it."""

    person: str
    name: str
    until: datetime


class Locks:
    """Reads locks and frees them; `take` is for the stores that hand answers out."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def free(self, turn: str, *, by: str, at: datetime) -> bool:
        """Put an answer back that somebody had; False when it was not theirs."""

        def work(session: Session) -> bool:
            number = session.scalars(select(TurnRow.number).where(TurnRow.id == turn)).one_or_none()
            gone = session.scalars(
                delete(LockRow).where(LockRow.turn == number, LockRow.person == by).returning(LockRow.turn)
            ).all()
            if gone:
                note(session, Change(by, "put back", "turn", turn), at=at)
            return bool(gone)

        return await self._database.run(work)


def take(session: Session, turn: int, *, by: str, at: datetime) -> bool:
    """Lock an answer, unless somebody has a lock on it that has not run out. Only one of two at the same moment can."""
    locking = insert_into(session, LockRow).values(turn=turn, person=by, until=at + LASTS)
    taken = locking.on_conflict_do_update(
        index_elements=["turn"],
        set_={"person": by, "until": at + LASTS},
        where=LockRow.until <= at,
    ).returning(LockRow.turn)
    return bool(session.execute(taken).all())


def lock_on(session: Session, turn: int, at: datetime) -> Lock | None:
    """The lock that an answer is under, if it has not run out."""
    asked = select(LockRow.person, PersonRow.name, LockRow.until).join(PersonRow)
    row = session.execute(asked.where(LockRow.turn == turn, LockRow.until > at)).one_or_none()
    return Lock(row.person, row.name, row.until) if row else None


def is_locked(at: datetime) -> ColumnElement[bool]:
    """Whether somebody has a lock on the turn that a query is about."""
    return exists().where(LockRow.turn == TurnRow.number, LockRow.until > at)
