"""Approved answers as they are kept: drafted by one person, approved by a second, served, taken out of use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, delete, func, select, update
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.records import new_id
from assistant.secretariat.approved import Approved, State, Words, approved_of, put_words
from assistant.secretariat.audit import Change, note
from assistant.secretariat.binding import withdraw_stale
from assistant.secretariat.tables import ApprovedRow, WordingRow
from assistant.tables import TurnRow
from knowledge.domain import Passage

_IN_HAND: Final = (State.WAITING, State.STALE)
"""The states that somebody has to do something about."""


class ApprovalError(Exception):
    """It can't be done; `why` is unknown, changed (by somebody else meanwhile), own (a second person is needed) or
    state (not in this state)."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which to list: an empty string leaves a thing open."""

    state: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a candidate asked and was told: a help for who writes, never to be taken over."""

    number: int
    question: str
    body: Mapping[str, Any]


class Approvals:
    """Every change is noted in the audit, with states and ids; the words themselves are the secretariat's own."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draft(
        self,
        words: Words,
        *,
        campaign: str,
        by: str,
        at: datetime,
        turn: int | None = None,
        replaces: str | None = None,
    ) -> str:
        """Keep the beginnings of an answer; its id."""

        def work(session: Session) -> str:
            row = ApprovedRow(id=new_id(), campaign=campaign, state=State.DRAFT.value, author=by, drafted_at=at)
            row.turn, row.replaces, row.revision, row.served = turn, replaces, 0, 0
            put_words(row, words)
            session.add(row)
            session.flush()
            _put_wordings(session, row.id, words.wordings)
            after = {"state": State.DRAFT.value} | ({"replaces": replaces} if replaces else {})
            note(session, Change(by, "drafted", "approved", row.id, None, after), at=at)
            return row.id

        return await self._database.run(work)

    async def rewrite(self, id: str, words: Words, *, revision: int, by: str, at: datetime) -> None:
        """Other words, which then need a second person again. What is live is replaced by another draft instead."""

        def work(session: Session) -> None:
            row = _row(session, id, revision, among=(State.DRAFT, State.WAITING, State.STALE, State.WITHDRAWN))
            put_words(row, words)
            _put_wordings(session, id, words.wordings)
            row.author, row.drafted_at, row.approver, row.replaced = by, at, None, None
            _turn(session, row, State.DRAFT, Change(by, "rewrote", "approved", id), at)

        await self._database.run(work)

    async def send(self, id: str, *, revision: int, by: str, at: datetime) -> None:
        """Ask a second person to approve a draft."""

        def work(session: Session) -> None:
            row = _row(session, id, revision, among=(State.DRAFT,))
            _turn(session, row, State.WAITING, Change(by, "sent_for_approval", "approved", id), at)

        await self._database.run(work)

    async def send_back(self, id: str, *, reason: str, revision: int, by: str, at: datetime) -> None:
        """It is a draft again; the reason is in the audit."""

        def work(session: Session) -> None:
            row = _row(session, id, revision, among=(State.WAITING,))
            _turn(session, row, State.DRAFT, Change(by, "sent_back", "approved", id, None, {"reason": reason}), at)

        await self._database.run(work)

    async def approve(self, id: str, *, revision: int, by: str, at: datetime) -> None:
        """It is served from now on, in the place of the one that it replaces. Not by whoever wrote it."""

        def work(session: Session) -> None:
            row = _row(session, id, revision, among=(State.WAITING,))
            if row.author == by:
                raise ApprovalError("own")
            row.approver, row.approved_at, row.checked_on, row.replaced = by, at, at, None
            _turn(session, row, State.LIVE, Change(by, "approved", "approved", id), at)
            before = session.get(ApprovedRow, row.replaces) if row.replaces else None
            if before and before.state != State.WITHDRAWN.value:
                after = {"reason": "replaced", "replaced_by": id}
                _turn(session, before, State.WITHDRAWN, Change(by, "withdrew", "approved", before.id, None, after), at)

        await self._database.run(work)

    async def withdraw(self, id: str, *, reason: str, revision: int, by: str, at: datetime) -> None:
        """Take it out of use, or give a draft up."""

        def work(session: Session) -> None:
            row = _row(session, id, revision, among=(State.DRAFT, State.WAITING, State.LIVE, State.STALE))
            _turn(session, row, State.WITHDRAWN, Change(by, "withdrew", "approved", id, None, {"reason": reason}), at)

        await self._database.run(work)

    async def rebind(self, id: str, words: Words, *, revision: int, by: str, at: datetime) -> State:
        """Bind a stale one to the passages of today, as `words` does; the state it has then.

        It is live again when not a word of it changed; else a second person has to approve it.
        """

        def work(session: Session) -> State:
            row = _row(session, id, revision, among=(State.STALE,))
            same = _shown(row) == [(one.number, one.quote) for one in words.citations]
            put_words(row, words)
            row.replaced = None
            if same:
                row.checked_on = at
            else:
                row.author, row.drafted_at, row.approver = by, at, None
            state = State.LIVE if same else State.WAITING
            _turn(session, row, state, Change(by, "bound_again", "approved", id), at)
            return state

        return await self._database.run(work)

    async def count_served(self, id: str) -> None:
        """It was given to somebody once more."""
        served = update(ApprovedRow).where(ApprovedRow.id == id).values(served=ApprovedRow.served + 1)
        await self._database.run(lambda session: session.execute(served))

    async def withdraw_stale(self, campaign: str, passages: Sequence[Passage], *, at: datetime) -> tuple[str, ...]:
        """Take out of use what a campaign's new passages make stale; the ids. Part of each ingest."""
        return await self._database.run(lambda session: withdraw_stale(session, campaign, passages, at=at))

    async def asked(self, turn: str) -> Asked | None:
        """A turn by its id, for who wants to write an answer from it."""
        found = select(TurnRow).where(TurnRow.id == turn)
        return await self._database.run(lambda session: _asked_of(session.scalar(found)), reading=True)

    async def asked_for(self, approved: Approved) -> Asked | None:
        """The turn that an answer was written from, while it is kept."""
        if (number := approved.turn) is None:
            return None
        return await self._database.run(lambda session: _asked_of(session.get(TurnRow, number)), reading=True)

    async def find(self, id: str) -> Approved | None:
        def work(session: Session) -> Approved | None:
            found = _with_wordings(session, [row] if (row := session.get(ApprovedRow, id)) else [])
            return found[0] if found else None

        return await self._database.run(work, reading=True)

    async def revisions(self, campaign: str) -> Mapping[str, int]:
        """The live ones, each with its revision: as long as these are the same, so is all that is served."""
        asked = select(ApprovedRow.id, ApprovedRow.revision).where(*_live(campaign))
        return await self._database.run(lambda session: _pairs(session, asked), reading=True)

    async def live(self, campaign: str) -> tuple[Approved, ...]:
        """Those in use, the newest first."""
        asked = select(ApprovedRow).where(*_live(campaign)).order_by(ApprovedRow.approved_at.desc(), ApprovedRow.id)
        return await self._database.run(
            lambda session: _with_wordings(session, session.scalars(asked).all()), reading=True
        )

    async def listed(
        self, campaign: str, wanted: Wanted, *, offset: int = 0, limit: int | None = None
    ) -> tuple[Approved, ...]:
        """What waits for somebody first, then the newest first."""
        first = case((ApprovedRow.state.in_(list(_IN_HAND)), 0), else_=1)
        asked = select(ApprovedRow).where(*_conditions(campaign, wanted)).offset(offset).limit(limit)
        asked = asked.order_by(first, ApprovedRow.drafted_at.desc(), ApprovedRow.id)
        return await self._database.run(
            lambda session: _with_wordings(session, session.scalars(asked).all()), reading=True
        )

    async def counts(self, campaign: str, text: str = "") -> Mapping[str, int]:
        """How many there are in each state."""
        asked = select(ApprovedRow.state, func.count()).where(*_conditions(campaign, Wanted(text=text)))
        grouped = asked.group_by(ApprovedRow.state)
        return await self._database.run(lambda session: _pairs(session, grouped), reading=True)

    async def in_hand(self, campaign: str) -> int:
        """How many wait for somebody: for approval, or because their passages changed."""
        counts = await self.counts(campaign)
        return sum(counts.get(state, 0) for state in _IN_HAND)


def _asked_of(turn: TurnRow | None) -> Asked | None:
    return Asked(turn.number, turn.question or "", turn.answer or {}) if turn else None


def _row(session: Session, id: str, revision: int, *, among: Sequence[State]) -> ApprovedRow:
    """The row to be changed, if it is still as whoever changes it has seen it."""
    row = session.get(ApprovedRow, id, with_for_update=True)
    if row is None:
        raise ApprovalError("unknown")
    if row.revision != revision:
        raise ApprovalError("changed")
    if row.state not in among:
        raise ApprovalError("state")
    return row


def _turn(session: Session, row: ApprovedRow, state: State, change: Change, at: datetime) -> None:
    """Into another state, noted."""
    before = {"state": row.state}
    row.state = state.value
    row.revision += 1
    after = {"state": state.value, **(change.after or {})}
    note(session, Change(change.person, change.action, change.subject_kind, change.subject, before, after), at=at)


def _pairs(session: Session, asked: Select[str, int]) -> dict[str, int]:
    return dict(session.execute(asked).all())


def _put_wordings(session: Session, id: str, wordings: Sequence[str]) -> None:
    session.execute(delete(WordingRow).where(WordingRow.approved == id))
    session.add_all(WordingRow(approved=id, words=words) for words in wordings)


def _with_wordings(session: Session, rows: Sequence[ApprovedRow]) -> tuple[Approved, ...]:
    wordings: dict[str, list[str]] = {}
    asked = select(WordingRow).where(WordingRow.approved.in_([row.id for row in rows])).order_by(WordingRow.number)
    for wording in session.scalars(asked):
        wordings.setdefault(wording.approved, []).append(wording.words)
    return tuple(approved_of(row, wordings.get(row.id, ())) for row in rows)


def _shown(row: ApprovedRow) -> list[tuple[Any, Any]]:
    return [(one["number"], one["quote"]) for one in row.citations]


def _live(campaign: str) -> tuple[ColumnElement[bool], ...]:
    return ApprovedRow.campaign == campaign, ApprovedRow.state == State.LIVE.value


def _conditions(campaign: str, wanted: Wanted) -> list[ColumnElement[bool]]:
    states = [ApprovedRow.state == wanted.state] if wanted.state else []
    texts = [ApprovedRow.question.icontains(wanted.text, autoescape=True)] if wanted.text else []
    return [ApprovedRow.campaign == campaign, *states, *texts]
