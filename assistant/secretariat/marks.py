"""What reviewers said of an answer, which of it counts, and whether they agree: values, and how they are read."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.secretariat.tables import PersonRow, ReviewRow


class Verdict(StrEnum):
    """What an answer is, taken as a whole."""

    RIGHT = "right"
    INCOMPLETE = "incomplete"
    WRONG = "wrong"
    SHOULD_NOT = "should_not"
    SHOULD_HAVE = "should_have"


class Grade(StrEnum):
    """What a sentence or a citation is."""

    RIGHT = "right"
    NEEDS_WORK = "needs_work"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Mark:
    """A grade of the sentence or the citation ("sentence", "citation") with that number, from 1, and why."""

    of: str
    number: int
    grade: Grade
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What somebody says of an answer. Whatever is not right has a reason."""

    verdict: Verdict
    reason: str = ""
    pack_at_fault: bool = False
    marks: tuple[Mark, ...] = ()
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Review:
    """An opinion, whose, and when; an authoritative one counts where two differ."""

    person: str
    name: str
    at: datetime
    opinion: Opinion
    authoritative: bool


def reviews_of(session: Session, turns: Sequence[int]) -> dict[int, list[Review]]:
    """The reviews of each turn that has any, oldest first."""
    found: dict[int, list[Review]] = {}
    asked = select(ReviewRow, PersonRow.name).join(PersonRow).where(ReviewRow.turn.in_(turns))
    for row, name in session.execute(asked.order_by(ReviewRow.number)).all():
        found.setdefault(row.turn, []).append(_review(row, name))
    return found


def counting(reviews: Sequence[Review]) -> Review | None:
    """The review that counts: the last authoritative one, else the last one."""
    return next((one for one in reversed(reviews) if one.authoritative), reviews[-1] if reviews else None)


def differ(reviews: Sequence[Review]) -> bool:
    """Whether two people see an answer differently and nobody has settled it."""
    if any(one.authoritative for one in reviews):
        return False
    last = [one.opinion for one in {one.person: one for one in reviews}.values()]
    return any(_apart(one, other) for place, one in enumerate(last) for other in last[place + 1 :])


def as_kept(mark: Mark) -> dict[str, str | int]:
    """A mark as a row holds it."""
    return {mark.of: mark.number, "mark": mark.grade.value, "reason": mark.reason}


def _apart(one: Opinion, other: Opinion) -> bool:
    if (one.verdict, one.pack_at_fault) != (other.verdict, other.pack_at_fault):
        return True
    graded = {(mark.of, mark.number): mark.grade for mark in one.marks}
    return any(graded.get((mark.of, mark.number), mark.grade) is not mark.grade for mark in other.marks)


def _review(row: ReviewRow, name: str) -> Review:
    opinion = Opinion(
        verdict=Verdict(row.verdict),
        reason=row.reason or "",
        pack_at_fault=row.pack_at_fault,
        marks=tuple(_mark(kept) for kept in row.marks),
        comment=row.comment or "",
    )
    return Review(row.person, name, row.at, opinion, row.authoritative)


def _mark(kept: Mapping[str, str | int]) -> Mark:
    of = "sentence" if "sentence" in kept else "citation"
    return Mark(of, int(kept[of]), Grade(str(kept["mark"])), str(kept["reason"]))
