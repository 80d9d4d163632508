"""All that is kept about one answer: what was said and thought of it, what it was made from, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.domain import Turn
from assistant.records import REMEMBERED, Feedback
from assistant.secretariat.locks import Lock, lock_on
from assistant.secretariat.marks import Review, counting, differ, reviews_of
from assistant.secretariat.tables import AssignmentRow, CommentRow, EvalCaseRow, PersonRow
from assistant.tables import EvidenceRow, FeedbackRow, LikelyRow, PassageRow, TurnRow, WaitingRow
from assistant.waiting import Queue, is_close

_BEFORE: Final = 5


@dataclass(frozen=True, slots=True)
class Found:
    """A passage that the search found. `text` is empty where only its id was kept; `gone`: it is not served now."""

    rank: int
    passage: str
    title: str
    heading: tuple[str, ...]
    page: int | None
    text: str
    score: float
    dense: float
    lexical: float
    used: bool
    gone: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence that was read for a part of the question, and the probability that it answers."""

    quote: str
    probability: float


@dataclass(frozen=True, slots=True)
class PartRead:
    """A part of the question: the probability that the pack answers it, and whether that is close to the line."""

    asked: str
    probability: float
    close: bool
    likeliest: tuple[Weighed, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """How a question was read. `line` is the probability from which on a part is taken to be answered."""

    restated: str
    line: float | None
    parts: tuple[PartRead, ...]


@dataclass(frozen=True, slots=True)
class Comment:
    name: str
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Other:
    """Another turn of the same conversation."""

    turn: str
    asked_at: datetime
    question: str | None


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """`question` is None when it is not kept, `body` when no answer came; `dropped` when it was not kept with the turn.

    `before` are the turns that it may have been read by, oldest first; `case`: a case of the evals was made of it.
    """

    turn: str
    conversation: str
    asked_at: datetime
    finished_at: datetime | None
    state: str
    question: str | None
    rule: str
    mode: str
    body: Mapping[str, Any] | None
    working: Working | None
    dropped: tuple[Mapping[str, str], ...] | None
    dollars: float
    evidence: tuple[Found, ...]
    feedback: tuple[Feedback, datetime] | None
    queues: tuple[Queue, ...]
    reviews: tuple[Review, ...]
    comments: tuple[Comment, ...]
    assigned: str
    lock: Lock | None
    others: tuple[Other, ...]
    before: tuple[Turn, ...]
    case: bool

    @property
    def review(self) -> Review | None:
        """The one that counts."""
        return counting(self.reviews)

    @property
    def differ(self) -> bool:
        return differ(self.reviews)


class Answers:
    """Reads what Records and the secretariat's stores keep."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def find(self, turn: str, *, at: datetime) -> KeptAnswer | None:
        """The answer, None when there is none with that id."""

        def work(session: Session) -> KeptAnswer | None:
            row = session.scalars(select(TurnRow).where(TurnRow.id == turn)).one_or_none()
            return _answer(session, row, at) if row else None

        return await self._database.run(work, reading=True)


def _answer(session: Session, row: TurnRow, at: datetime) -> KeptAnswer:
    feedback = session.get(FeedbackRow, row.number)
    assignment = session.get(AssignmentRow, row.number)
    queues = session.scalars(select(WaitingRow.queue).where(WaitingRow.turn == row.number).order_by(WaitingRow.queue))
    return KeptAnswer(
        turn=row.id,
        conversation=row.conversation,
        asked_at=row.asked_at,
        finished_at=row.finished_at,
        state=row.state,
        question=row.question,
        rule=row.rule or "",
        mode=row.mode or "",
        body=row.answer,
        working=_working(session, row),
        dropped=tuple(row.dropped) if row.dropped is not None else None,
        dollars=row.dollars,
        evidence=_evidence(session, row.number),
        feedback=(Feedback(feedback.useful, feedback.reason), feedback.at) if feedback else None,
        queues=tuple(Queue(queue) for queue in queues),
        reviews=tuple(reviews_of(session, [row.number]).get(row.number, ())),
        comments=_comments(session, row.number),
        assigned=assignment.person if assignment else "",
        lock=lock_on(session, row.number, at),
        others=_others(session, row),
        before=_before(session, row),
        case=session.get(EvalCaseRow, row.id) is not None,
    )


def _working(session: Session, row: TurnRow) -> Working | None:
    """None for turns of a release that kept none."""
    if row.working is None:
        return None
    likely = session.scalars(
        select(LikelyRow).where(LikelyRow.turn == row.number).order_by(LikelyRow.part, LikelyRow.rank)
    )
    weighed = {
        part: tuple(Weighed(one.quote, one.probability) for one in own)
        for part, own in groupby(likely, key=lambda one: one.part)
    }
    line = row.working["line"]
    parts = tuple(
        PartRead(
            asked=part["asked"],
            probability=part["probability"],
            close=line is not None and is_close(part["probability"], line),
            likeliest=weighed.get(number, ()),
        )
        for number, part in enumerate(row.working["parts"])
    )
    return Working(row.working["restated"], line, parts)


def _evidence(session: Session, number: int) -> tuple[Found, ...]:
    asked = (
        select(EvidenceRow, PassageRow)
        .outerjoin(PassageRow, PassageRow.id == EvidenceRow.passage)
        .where(EvidenceRow.turn == number)
    )
    return tuple(_found(found, kept) for found, kept in session.execute(asked.order_by(EvidenceRow.rank)).all())


def _found(found: EvidenceRow, kept: PassageRow | None) -> Found:
    return Found(
        rank=found.rank,
        passage=found.passage,
        title=kept.title if kept else "",
        heading=tuple(kept.heading) if kept else (),
        page=kept.page if kept else None,
        text=kept.text if kept else "",
        score=found.score,
        dense=found.dense,
        lexical=found.lexical,
        used=found.used,
        gone=kept.gone if kept else False,
    )


def _comments(session: Session, number: int) -> tuple[Comment, ...]:
    asked = select(CommentRow, PersonRow.name).join(PersonRow).where(CommentRow.turn == number)
    rows = session.execute(asked.order_by(CommentRow.number)).all()
    return tuple(Comment(name, row.at, row.words) for row, name in rows)


def _others(session: Session, row: TurnRow) -> tuple[Other, ...]:
    asked = select(TurnRow.id, TurnRow.asked_at, TurnRow.question).where(TurnRow.conversation == row.conversation)
    rows: Sequence[Any] = session.execute(asked.where(TurnRow.number != row.number).order_by(TurnRow.number)).all()
    return tuple(Other(one.id, one.asked_at, one.question) for one in rows)


def _before(session: Session, row: TurnRow) -> tuple[Turn, ...]:
    asked = select(TurnRow.question, TurnRow.answer).where(TurnRow.conversation == row.conversation)
    remembered = asked.where(TurnRow.number < row.number, TurnRow.outcome.in_(list(REMEMBERED)))
    rows = session.execute(remembered.order_by(TurnRow.number.desc()).limit(_BEFORE)).all()
    return tuple(Turn(question, answer["text"]) for question, answer in reversed(rows) if question and answer)
