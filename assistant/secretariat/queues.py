"""The answers that somebody should look at, by the reason; all answers, filtered and searched; whose turn is next."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVarTuple

from sqlalchemy import ColumnElement, Select, delete, exists, func, select, update
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.secretariat.audit import Change, note
from assistant.secretariat.locks import is_locked, take
from assistant.secretariat.marks import Review, counting, reviews_of
from assistant.secretariat.tables import AssignmentRow, LockRow, PersonRow, ReviewRow
from assistant.tables import EvidenceRow, FeedbackRow, PassageRow, SearchedRow, TurnRow, WaitingRow
from assistant.waiting import Queue

NO_ANSWER: Final = "none"
"""Asked for as an outcome: the questions that got no answer."""

_AT_A_TIME: Final = 500

Columns = TypeVarTuple("Columns")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which answers to list. An empty string, None or False leaves a thing open; `until` is not included.

    `reviewer` and `assigned` are ids of persons. `at_fault`: a review says so of the pack.
    """

    queue: Queue | None = None
    outcome: str = ""
    since: datetime | None = None
    until: datetime | None = None
    words: str = ""
    reviewer: str = ""
    assigned: str = ""
    at_fault: bool = False


@dataclass(frozen=True, slots=True)
class Listed:
    """An answer in a list. `question` is None when it is not kept, `useful` when nobody said whether it was.

    `queues` are those in which it waits, `review` the one that counts; `assigned` and `locked` are names.
    """

    turn: str
    asked_at: datetime
    state: str
    outcome: str
    rule: str
    mode: str
    question: str | None
    said: str
    useful: bool | None
    reason: str
    queues: tuple[Queue, ...]
    review: Review | None
    assigned: str
    locked: str


class Queues:
    """Every list goes the newest first; `next` gives out the oldest first."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._checked = ""

    async def waiting(self) -> int:
        """How many answers wait, in whichever queue."""
        asked = select(func.count(WaitingRow.turn.distinct()))
        return await self._database.run(lambda session: session.execute(asked).scalar_one(), reading=True)

    async def counts(self) -> dict[Queue, int]:
        """How many answers wait in each queue."""

        def work(session: Session) -> dict[Queue, int]:
            rows = session.execute(select(WaitingRow.queue, func.count()).group_by(WaitingRow.queue)).all()
            known = {row[0]: row[1] for row in rows}
            return {queue: known.get(queue.value, 0) for queue in Queue}

        return await self._database.run(work, reading=True)

    async def count(self, wanted: Wanted) -> int:
        """How many answers are wanted."""
        asked = _selected(select(func.count()).select_from(TurnRow), wanted)
        return await self._database.run(lambda session: session.execute(asked).scalar_one(), reading=True)

    async def find(self, wanted: Wanted, *, limit: int, offset: int = 0, at: datetime) -> tuple[Listed, ...]:
        """One page of the answers that are wanted."""

        def work(session: Session) -> tuple[Listed, ...]:
            asked = _selected(select(TurnRow.number), wanted).order_by(_newest(wanted)).limit(limit).offset(offset)
            return tuple(_listed(session, session.scalars(asked).all(), at))

        return await self._database.run(work, reading=True)

    async def every(self, wanted: Wanted, *, at: datetime) -> tuple[Listed, ...]:
        """All the answers that are wanted."""

        def work(session: Session) -> tuple[Listed, ...]:
            numbers = session.scalars(_selected(select(TurnRow.number), wanted).order_by(_newest(wanted))).all()
            batches = (numbers[start : start + _AT_A_TIME] for start in range(0, len(numbers), _AT_A_TIME))
            return tuple(listed for batch in batches for listed in _listed(session, batch, at))

        return await self._database.run(work, reading=True)

    async def next(self, wanted: Wanted, *, by: str, at: datetime) -> str | None:
        """Lock the answer that waits longest and is nobody's just now; None when there is none."""

        def work(session: Session) -> str | None:
            asked = _selected(select(TurnRow.number, TurnRow.id), wanted).where(~is_locked(at))
            if not wanted.queue:
                asked = asked.where(exists().where(WaitingRow.turn == TurnRow.number))
            while found := session.execute(asked.order_by(TurnRow.number).limit(1)).one_or_none():
                if take(session, found.number, by=by, at=at):
                    note(session, Change(by, "took", "turn", found.id), at=at)
                    return str(found.id)
            return None

        return await self._database.run(work)

    async def follow(self, version: str, passages: Callable[[], Collection[str]]) -> None:
        """Queue the answers whose passages are not in the version served now, once for each version."""
        if version == self._checked:
            return
        served = frozenset(passages())
        await self._database.run(lambda session: _follow(session, served))
        self._checked = version


def _follow(session: Session, served: frozenset[str]) -> None:
    rows = session.execute(select(PassageRow.id, PassageRow.gone)).all()
    gone = [row.id for row in rows if row.id not in served and not row.gone]
    back = [row.id for row in rows if row.id in served and row.gone]
    for batch in _batches(back):
        session.execute(update(PassageRow).where(PassageRow.id.in_(batch)).values(gone=False))
    if back:
        _stands_again(session)
    for batch in _batches(gone):
        session.execute(update(PassageRow).where(PassageRow.id.in_(batch)).values(gone=True))
        citing = select(EvidenceRow.turn).where(EvidenceRow.used, EvidenceRow.passage.in_(batch)).distinct()
        waits = select(WaitingRow.turn).where(WaitingRow.queue == Queue.EVIDENCE_CHANGED)
        for turn in session.scalars(citing.where(EvidenceRow.turn.not_in(waits))).all():
            session.add(WaitingRow(queue=Queue.EVIDENCE_CHANGED, turn=turn))
        session.flush()


def _stands_again(session: Session) -> None:
    """Answers all of whose passages are served again have nothing that changed."""
    lost = (
        exists()
        .where(EvidenceRow.turn == WaitingRow.turn, EvidenceRow.used)
        .where(PassageRow.id == EvidenceRow.passage, PassageRow.gone)
    )
    session.execute(delete(WaitingRow).where(WaitingRow.queue == Queue.EVIDENCE_CHANGED, ~lost))


def _batches(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    return (ids[start : start + _AT_A_TIME] for start in range(0, len(ids), _AT_A_TIME))


def _selected(asked: Select[*Columns], wanted: Wanted) -> Select[*Columns]:
    """The query about turns, narrowed to what is wanted."""
    if wanted.queue:
        asked = asked.join(WaitingRow, WaitingRow.turn == TurnRow.number).where(WaitingRow.queue == wanted.queue)
    if words := wanted.words.casefold().split():
        asked = asked.join(SearchedRow, SearchedRow.turn == TurnRow.number)
        asked = asked.where(*(SearchedRow.words.contains(word, autoescape=True) for word in words))
    return asked.where(*_conditions(wanted))


def _conditions(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    if wanted.outcome:
        yield TurnRow.outcome.is_(None) if wanted.outcome == NO_ANSWER else TurnRow.outcome == wanted.outcome
    if wanted.since:
        yield TurnRow.asked_at >= wanted.since
    if wanted.until:
        yield TurnRow.asked_at < wanted.until
    if wanted.reviewer:
        yield exists().where(ReviewRow.turn == TurnRow.number, ReviewRow.person == wanted.reviewer)
    if wanted.assigned:
        yield exists().where(AssignmentRow.turn == TurnRow.number, AssignmentRow.person == wanted.assigned)
    if wanted.at_fault:
        yield exists().where(ReviewRow.turn == TurnRow.number, ReviewRow.pack_at_fault)


def _newest(wanted: Wanted) -> ColumnElement[int]:
    # In the order of the key that is walked along.
    return (WaitingRow.turn if wanted.queue else TurnRow.number).desc()


def _listed(session: Session, numbers: Sequence[int], at: datetime) -> Iterator[Listed]:
    assigned = _names(session, AssignmentRow, numbers)
    locked = _names(session, LockRow, numbers, LockRow.until > at)
    reviews = reviews_of(session, numbers)
    queues: dict[int, list[Queue]] = {}
    for row in session.scalars(select(WaitingRow).where(WaitingRow.turn.in_(numbers)).order_by(WaitingRow.queue)):
        queues.setdefault(row.turn, []).append(Queue(row.queue))
    turns = (
        select(TurnRow, FeedbackRow)
        .outerjoin(FeedbackRow, FeedbackRow.turn == TurnRow.number)
        .where(TurnRow.number.in_(numbers))
    )
    for turn, feedback in session.execute(turns.order_by(TurnRow.number.desc())).all():
        yield Listed(
            turn=turn.id,
            asked_at=turn.asked_at,
            state=turn.state,
            outcome=turn.outcome or NO_ANSWER,
            rule=turn.rule or "",
            mode=turn.mode or "",
            question=turn.question,
            said=(turn.answer or {}).get("text", ""),
            useful=feedback.useful if feedback else None,
            reason=(feedback.reason or "") if feedback else "",
            queues=tuple(queues.get(turn.number, ())),
            review=counting(reviews.get(turn.number, ())),
            assigned=assigned.get(turn.number, ""),
            locked=locked.get(turn.number, ""),
        )


def _names(
    session: Session, of: type[AssignmentRow] | type[LockRow], numbers: Sequence[int], *conditions: ColumnElement[bool]
) -> dict[int, str]:
    asked = select(of.turn, PersonRow.name).join(PersonRow).where(of.turn.in_(numbers), *conditions)
    return {row.turn: row.name for row in session.execute(asked).all()}
