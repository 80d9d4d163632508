"""Who changed what, when, and how it stood before and after: a list that only grows, each entry sealing the one before.

A store notes its change in the transaction that makes it (`note`), so that neither is ever kept without the other.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select, text
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.secretariat.tables import AuditRow, PersonRow

FIRST: Final = "0" * 64
"""What the first entry gives as the hash before it."""

_LOCK: Final = 7_305_113


@dataclass(frozen=True, slots=True)
class Change:
    """Something that was done. `person` is None for what the program did by itself.

    `before` and `after` hold states and ids, never what a candidate typed: entries outlive an erased conversation.
    """

    person: str | None
    action: str
    subject_kind: str
    subject: str
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as it was noted; `who` is the person's name, empty for the program."""

    number: int
    at: datetime
    who: str
    change: Change
    hash: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which entries to list: an empty string or None leaves a thing open; `until` is not included."""

    person: str = ""
    action: str = ""
    subject_kind: str = ""
    subject: str = ""
    since: datetime | None = None
    until: datetime | None = None


ALL: Final = Wanted()


def note(session: Session, change: Change, *, at: datetime) -> None:
    """Add an entry, in the transaction of the change itself."""
    # Two could seal the same entry.
    alone(session)
    last = session.execute(
        select(AuditRow.number, AuditRow.hash).order_by(AuditRow.number.desc()).limit(1)
    ).one_or_none()
    row = AuditRow(
        number=last.number + 1 if last else 1,
        at=at,
        person=change.person,
        action=change.action,
        subject_kind=change.subject_kind,
        subject=change.subject,
        before=_plain(change.before),
        after=_plain(change.after),
        previous_hash=last.hash if last else FIRST,
    )
    row.hash = _seal(row)
    session.add(row)
    session.flush()


def alone(session: Session) -> None:
    """Nobody else adds an entry before this transaction ends. SQLite writes one transaction at a time anyway."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


class Audit:
    """Reads the entries, and notes what changes nothing else, such as an export."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def note(self, change: Change, *, at: datetime) -> None:
        await self._database.run(lambda session: note(session, change, at=at))

    async def entries(
        self, wanted: Wanted = ALL, *, before: int | None = None, limit: int | None = None
    ) -> tuple[Entry, ...]:
        """The newest first; those before an entry's number, if one is given."""

        def work(session: Session) -> tuple[Entry, ...]:
            asked = select(AuditRow, PersonRow.name).outerjoin(PersonRow).where(*_conditions(wanted))
            if before is not None:
                asked = asked.where(AuditRow.number < before)
            rows = session.execute(asked.order_by(AuditRow.number.desc()).limit(limit)).all()
            return tuple(_entry(row, name) for row, name in rows)

        return await self._database.run(work, reading=True)

    async def count(self, wanted: Wanted = ALL) -> int:
        """How many entries are wanted."""
        asked = select(func.count()).select_from(AuditRow).where(*_conditions(wanted))
        return await self._database.run(lambda session: session.execute(asked).scalar_one(), reading=True)

    async def kinds(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The actions that occur, and the kinds of what they were done to."""

        def work(session: Session) -> tuple[tuple[str, ...], tuple[str, ...]]:
            actions = session.scalars(select(AuditRow.action).distinct().order_by(AuditRow.action))
            kinds = session.scalars(select(AuditRow.subject_kind).distinct().order_by(AuditRow.subject_kind))
            return tuple(actions), tuple(kinds)

        return await self._database.run(work, reading=True)

    async def broken(self) -> int | None:
        """The number of the first entry that is not as it was noted, or comes after a gap; None when all hold."""

        def work(session: Session) -> int | None:
            number, seal = 0, FIRST
            for row in session.scalars(select(AuditRow).order_by(AuditRow.number)).yield_per(500):
                if row.number != number + 1 or row.previous_hash != seal or row.hash != _seal(row):
                    return row.number
                number, seal = row.number, row.hash
            return None

        return await self._database.run(work, reading=True)


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    named = (
        (AuditRow.person, wanted.person),
        (AuditRow.action, wanted.action),
        (AuditRow.subject_kind, wanted.subject_kind),
        (AuditRow.subject, wanted.subject),
    )
    conditions = [column == value for column, value in named if value]
    since = [AuditRow.at >= wanted.since] if wanted.since else []
    until = [AuditRow.at < wanted.until] if wanted.until else []
    return [*conditions, *since, *until]


def _entry(row: AuditRow, name: str | None) -> Entry:
    change = Change(row.person, row.action, row.subject_kind, row.subject, row.before, row.after)
    return Entry(row.number, row.at, name or "", change, row.hash)


def _plain(held: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """As it will be read again, so that the seal is of what is kept."""
    return None if held is None else json.loads(json.dumps(held, default=str))


def _seal(row: AuditRow) -> str:
    sealed = [
        row.number,
        row.at.astimezone(UTC).isoformat(timespec="microseconds"),
        row.person,
        row.action,
        row.subject_kind,
        row.subject,
        row.before,
        row.after,
        row.previous_hash,
    ]
    return hashlib.sha256(json.dumps(sealed, sort_keys=True, separators=(",", ":")).encode()).hexdigest()
