"""Who is signed in: sessions that the server keeps, links that sign in once, and browsers sent to a provider.

Of every secret that a browser holds only a hash is kept.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.people import Person, person_of
from assistant.secretariat.roles import Role
from assistant.secretariat.tables import PersonRow, SessionRow, SignInAttemptRow, SignInLinkRow
from assistant.secretariat.tries import failed, new_secret, turn_away

IDLE: Final = timedelta(minutes=30)
ABSOLUTE: Final = timedelta(hours=8)
LINK_LASTS: Final = timedelta(minutes=15)
ATTEMPT_LASTS: Final = timedelta(minutes=10)

_SEEN_EVERY: Final = timedelta(minutes=1)
"""How exactly it is kept when somebody was last seen: a session may end this much early, never late."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Who is asking, signed in and known; `session` names the session in the audit and says nothing to a thief."""

    person: Person
    session: str

    @property
    def id(self) -> str:
        return self.person.id

    @property
    def role(self) -> Role:
        return self.person.role

    def may(self, needed: Role) -> bool:
        return self.role.covers(needed)


class Sessions:
    """Signs people in and out. Methods raise RecordsError when the database can't be used.

    With `by_links` False, people who sign in by links are not let in, with whatever session or link.
    """

    def __init__(self, database: Database, *, by_links: bool = True) -> None:
        self._database = database
        self._by_links = by_links

    async def seat(self, token: str, *, at: datetime) -> Seat | None:
        """Whose session this is, while it lasts."""
        if not token:
            return None

        def read(session: Session) -> tuple[Seat, datetime] | None:
            found = session.execute(
                select(SessionRow, PersonRow)
                .join(PersonRow)
                .where(SessionRow.id_hash == _hash(token), SessionRow.ended_at.is_(None))
            ).one_or_none()
            if found is None or not _lasts(found[0], at):
                return None
            return Seat(person_of(found[1]), found[0].id_hash), found[0].seen_at

        found = await self._database.run(read, reading=True)
        if found is None or not self._lets_in(found[0].person):
            return None
        if at - found[1] >= _SEEN_EVERY:
            await self._database.run(lambda session: _seen(session, found[0], at))
        return found[0]

    async def begin(self, person: Person, *, at: datetime) -> str:
        """A new session of somebody; what its cookie is to hold."""
        return await self._database.run(lambda session: _begin(session, person.id, at))

    async def end(self, seat: Seat, *, at: datetime) -> None:
        """Sign out here."""
        await self._database.run(lambda session: _end(session, SessionRow.id_hash == seat.session, at))

    async def end_everywhere(self, person: str, *, by: str, at: datetime) -> int:
        """Sign somebody out of every browser; how many there were. Their links end with the sessions."""

        def work(session: Session) -> int:
            session.execute(delete(SignInLinkRow).where(SignInLinkRow.person == person))
            ended = _end(session, SessionRow.person == person, at)
            note(session, Change(by, "signed_out_everywhere", "person", person, None, {"sessions": ended}), at=at)
            return ended

        return await self._database.run(work)

    async def link(self, person: str, *, by: str | None, at: datetime) -> str:
        """The secret of a link that signs somebody in, once, within LINK_LASTS."""

        def work(session: Session) -> str:
            secret = new_secret(person)
            session.execute(delete(SignInLinkRow).where(SignInLinkRow.expires_at < at))
            session.add(SignInLinkRow(hash=_hash(secret), person=person, expires_at=at + LINK_LASTS))
            note(session, Change(by, "made_link", "person", person), at=at)
            return secret

        return await self._database.run(work)

    async def follow_link(self, secret: str, *, at: datetime) -> str | None:
        """A session for a link that was not used and has not expired, else None; what its cookie is to hold.

        TooManyTries where made-up ones were followed too often.
        """

        def work(session: Session) -> str | None:
            turn_away(session, secret, at=at)
            person = session.scalars(
                update(SignInLinkRow)
                .where(
                    SignInLinkRow.hash == _hash(secret), SignInLinkRow.used_at.is_(None), SignInLinkRow.expires_at > at
                )
                .values(used_at=at)
                .returning(SignInLinkRow.person)
            ).one_or_none()
            if person:
                return _begin(session, person, at)
            # A link that was one, and is used or too old, is no guess.
            failed(session, secret, is_guess=session.get(SignInLinkRow, _hash(secret)) is None, at=at)
            return None

        return await self._database.run(work) if self._by_links else None

    async def leave_for(self, kept: dict[str, Any], *, at: datetime) -> str:
        """A browser is sent to the provider; the secret that it brings back, to be checked against what is `kept`."""

        def work(session: Session) -> str:
            secret = secrets.token_urlsafe(32)
            session.execute(delete(SignInAttemptRow).where(SignInAttemptRow.expires_at < at))
            session.add(SignInAttemptRow(hash=_hash(secret), kept=kept, expires_at=at + ATTEMPT_LASTS))
            return secret

        return await self._database.run(work)

    async def come_back(self, secret: str, *, at: datetime) -> dict[str, Any] | None:
        """What was kept for this browser, given once; None when there is nothing, or it took too long."""

        def work(session: Session) -> dict[str, Any] | None:
            return session.scalars(
                delete(SignInAttemptRow)
                .where(SignInAttemptRow.hash == _hash(secret), SignInAttemptRow.expires_at > at)
                .returning(SignInAttemptRow.kept)
            ).one_or_none()

        return await self._database.run(work)

    def _lets_in(self, person: Person) -> bool:
        return self._by_links or not person.by_link


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()


def _lasts(row: SessionRow, at: datetime) -> bool:
    return at < min(row.seen_at + IDLE, row.created_at + ABSOLUTE)


def _begin(session: Session, person: str, at: datetime) -> str:
    token = secrets.token_urlsafe(32)
    session.execute(delete(SessionRow).where(SessionRow.created_at < at - ABSOLUTE))
    session.add(SessionRow(id_hash=_hash(token), person=person, created_at=at, seen_at=at))
    session.execute(update(PersonRow).where(PersonRow.id == person).values(last_seen=at))
    note(session, Change(person, "signed_in", "person", person), at=at)
    return token


def _end(session: Session, which: Any, at: datetime) -> int:
    people = session.scalars(
        update(SessionRow).where(which, SessionRow.ended_at.is_(None)).values(ended_at=at).returning(SessionRow.person)
    ).all()
    for person in people:
        note(session, Change(person, "signed_out", "person", person), at=at)
    return len(people)


def _seen(session: Session, seat: Seat, at: datetime) -> None:
    session.execute(update(SessionRow).where(SessionRow.id_hash == seat.session).values(seen_at=at))
    session.execute(update(PersonRow).where(PersonRow.id == seat.id).values(last_seen=at))
