"""The people of the secretariat and what each may do. How they sign in is in `sessions.py`."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.records import new_id
from assistant.secretariat.audit import Change, note
from assistant.secretariat.roles import Role
from assistant.secretariat.tables import PersonRow

LINK: Final = "link:"
"""How the subject of somebody begins who signs in by links, not through a provider of identities."""

STARTER: Final = f"{LINK}administrator"
"""Whoever follows the link that the server prints when it starts."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the secretariat; `last_seen` is None until they signed in."""

    id: str
    subject: str
    name: str
    role: Role
    last_seen: datetime | None

    @property
    def by_link(self) -> bool:
        """Whether they sign in by links that an administrator gives them."""
        return self.subject.startswith(LINK)


@dataclass(frozen=True, slots=True)
class Identity:
    """Somebody as the provider of identities describes them."""

    subject: str
    name: str
    role: Role


class People:
    """Who there is, and their roles. Methods raise RecordsError when the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> tuple[Person, ...]:
        """Everybody, by name."""
        asked = select(PersonRow).order_by(PersonRow.name, PersonRow.id)
        return await self._database.run(
            lambda session: tuple(person_of(row) for row in session.scalars(asked)), reading=True
        )

    async def find(self, person: str) -> Person | None:
        def work(session: Session) -> Person | None:
            row = session.get(PersonRow, person)
            return person_of(row) if row else None

        return await self._database.run(work, reading=True)

    async def invite(self, name: str, role: Role, *, by: str, at: datetime) -> Person:
        """Somebody new, who will sign in by a link."""

        def work(session: Session) -> Person:
            return person_of(_new(session, Identity(f"{LINK}{new_id()}", name, role), by=by, at=at))

        return await self._database.run(work)

    async def starter(self, *, at: datetime) -> Person:
        """The administrator whom the server's own link signs in, whatever became of their role."""
        identity = Identity(STARTER, "Administrator", Role.ADMINISTRATOR)
        return await self._database.run(lambda session: person_of(_met(session, identity, at=at)))

    async def met(self, identity: Identity, *, at: datetime) -> Person | None:
        """Somebody who was just identified, with their role from now on; None for a stranger without one."""

        def work(session: Session) -> Person | None:
            known = session.scalars(select(PersonRow.id).where(PersonRow.subject == identity.subject)).one_or_none()
            if known is None and identity.role is Role.NONE:
                return None
            return person_of(_met(session, identity, at=at))

        return await self._database.run(work)

    async def give_role(self, person: str, role: Role, *, by: str, at: datetime) -> bool:
        """False when there is nobody with this id. It counts from their next request on."""

        def work(session: Session) -> bool:
            row = session.get(PersonRow, person)
            if row is None:
                return False
            _give(session, row, role, by=by, at=at)
            return True

        return await self._database.run(work)


def person_of(row: PersonRow) -> Person:
    return Person(row.id, row.subject, row.name, Role(row.role), row.last_seen)


def _met(session: Session, identity: Identity, *, at: datetime) -> PersonRow:
    row = session.scalars(select(PersonRow).where(PersonRow.subject == identity.subject)).one_or_none()
    if row is None:
        return _new(session, identity, by=None, at=at)
    row.name = identity.name
    _give(session, row, identity.role, by=None, at=at)
    return row


def _new(session: Session, identity: Identity, *, by: str | None, at: datetime) -> PersonRow:
    row = PersonRow(id=new_id(), subject=identity.subject, name=identity.name, role=identity.role.value)
    session.add(row)
    session.flush()
    after = {"name": identity.name, "role": identity.role.value}
    note(session, Change(by, "added", "person", row.id, None, after), at=at)
    return row


def _give(session: Session, row: PersonRow, role: Role, *, by: str | None, at: datetime) -> None:
    if row.role == role.value:
        return
    before, after = {"role": row.role}, {"role": role.value}
    row.role = role.value
    note(session, Change(by, "gave_role", "person", row.id, before, after), at=at)
