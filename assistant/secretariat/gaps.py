"""What candidates asked in vain, put together by meaning.

The meaning of each question is worked out once and kept in the table question_vector. It is made from a candidate's
words, so whatever erases these clears it too: the rows go with their turn, and retention deletes those of the turns
whose words it clears.
"""

import asyncio
import hashlib
import logging
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final, Protocol

import numpy as np
from sqlalchemy import select
from sqlalchemy.orm import Session

from assistant.database import Database
from assistant.domain import Outcome
from assistant.guard.personal_data import holds_personal_data
from assistant.secretariat.clustering import Vectors, centre, grouped
from assistant.secretariat.tables import QuestionVectorRow
from assistant.subjects import FILE as SUBJECTS
from assistant.subjects import asked_about
from assistant.tables import TurnRow
from knowledge.quotes import folded

MOST: Final = 5_000
"""Questions that are put together at once: the last ones of the time that was asked for."""

AT_ONCE: Final = 200
"""New questions whose meaning is worked out while somebody waits; the others follow behind."""

_UNANSWERED: Final = (Outcome.NOT_IN_PACK.value, Outcome.PARTLY_ANSWERED.value)
_LOOKED_AT: Final = 7
"""Questions of a group, from its middle on, that say what it is about."""

_REMEMBERED: Final = 3

_log = logging.getLogger("assistant.secretariat")


class Embedder(Protocol):
    @property
    def name(self) -> str: ...

    def vectors(self, texts: Sequence[str]) -> Vectors: ...


@dataclass(frozen=True, slots=True)
class Asked:
    """One thing that a turn asked in vain. `turn` is the turn's id, `number` its place in the table, `part` from 0."""

    turn: str
    number: int
    part: int
    words: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Meaning:
    """What is kept of one thing that was asked: the subject that it names, if any, and its vector."""

    subject: str
    vector: bytes


Meanings = dict[tuple[int, int], Meaning]
"""By the number of the turn and the part."""


@dataclass(frozen=True, slots=True)
class Group:
    """Questions of one meaning, the most telling first. `label` is the subject that most name, or else such a question.

    It is empty when each holds somebody's details. `weeks` counts by the Monday that each week begins on.
    """

    label: str
    is_subject: bool
    asked: tuple[Asked, ...]

    @property
    def turn(self) -> str:
        """The turn by which the group can be found again."""
        return self.asked[0].turn

    @property
    def last(self) -> datetime:
        return max(one.at for one in self.asked)

    @property
    def weeks(self) -> Mapping[date, int]:
        return Counter(one.at.date() - timedelta(days=one.at.weekday()) for one in self.asked)


@dataclass(frozen=True, slots=True)
class Found:
    """The groups, and how many questions stand in none yet because their meaning is still being worked out."""

    groups: tuple[Group, ...]
    asked: int
    waiting: int


class Gaps:
    """Unanswered questions, and the vectors of them. Methods raise RecordsError."""

    def __init__(self, database: Database, embedder: Embedder) -> None:
        self._database = database
        self._embedder = embedder
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="gaps")
        self._behind: Future[None] | None = None
        self._put_together: dict[int, list[list[int]]] = {}
        self._made_by = f"{embedder.name}, {hashlib.sha256(SUBJECTS.read_bytes()).hexdigest()[:12]}"

    async def found(self, *, since: datetime | None = None, until: datetime | None = None) -> Found:
        """The groups of what was asked from one moment to another, those asked most first."""
        asked = await self._database.run(lambda session: _asked(session, since, until), reading=True)
        known = await self._database.run(lambda session: _known(session, asked, self._made_by), reading=True)
        missing = [one for one in asked if (one.number, one.part) not in known]
        if missing:
            known |= await asyncio.to_thread(self._keep, missing[:AT_ONCE])
            self._follow(missing[AT_ONCE:])
        ready = [one for one in asked if (one.number, one.part) in known]
        groups = await asyncio.to_thread(self._grouped, ready, [known[one.number, one.part] for one in ready])
        return Found(groups, len(asked), len(asked) - len(ready))

    async def turn(self, turn: str) -> Asked | None:
        """The first thing that a turn asked in vain; None when there is no such turn, or its words are not kept."""

        def work(session: Session) -> Asked | None:
            row = session.execute(_wanted().where(TurnRow.id == turn)).one_or_none()
            return next(iter(_parts(row)), None) if row else None

        return await self._database.run(work, reading=True)

    def close(self) -> None:
        self._thread.shutdown(cancel_futures=True)

    def _follow(self, missing: Sequence[Asked]) -> None:
        """Go on behind, unless that is being done."""
        if missing and (self._behind is None or self._behind.done()):
            self._behind = self._thread.submit(self._keep_all, missing)
            self._behind.add_done_callback(_told)

    def _keep_all(self, missing: Sequence[Asked]) -> None:
        for start in range(0, len(missing), AT_ONCE):
            self._keep(missing[start : start + AT_ONCE])

    def _keep(self, missing: Sequence[Asked]) -> Meanings:
        vectors = self._embedder.vectors([one.words for one in missing]).astype(np.float16)
        subjects = [next((subject.name for subject in asked_about(one.words)), "") for one in missing]
        meanings = [Meaning(subject, row.tobytes()) for subject, row in zip(subjects, vectors, strict=True)]
        made = {(one.number, one.part): meaning for one, meaning in zip(missing, meanings, strict=True)}
        asyncio.run(self._database.run(lambda session: _add(session, made, self._made_by)))
        return made

    def _grouped(self, asked: Sequence[Asked], meanings: Sequence[Meaning]) -> tuple[Group, ...]:
        """What was put together is remembered, by place and not by words: pages are opened one after the other."""
        key = hash(tuple((one.number, one.part) for one in asked))
        places = self._put_together.get(key) or _placed(asked, meanings)
        self._put_together = {**dict(list(self._put_together.items())[-_REMEMBERED:]), key: places}
        groups = [[asked[place] for place in group] for group in places]
        subjects = [[meanings[place].subject for place in group] for group in places]
        found = map(_group, groups, subjects)
        return tuple(sorted(_together(found), key=lambda group: (-len(group.asked), -group.asked[0].number)))


def unanswered(question: str, working: Mapping[str, Any] | None) -> tuple[str, ...]:
    """The things of a question that the pack does not answer; the whole question where its parts are not known."""
    line = working["line"] if working else None
    if working is None or line is None:
        return (question,)
    return tuple(part["asked"] for part in working["parts"] if part["probability"] < line) or (question,)


def _wanted() -> Any:
    """Never those whose words are not kept."""
    columns = (TurnRow.number, TurnRow.id, TurnRow.question, TurnRow.working, TurnRow.asked_at)
    return select(*columns).where(TurnRow.outcome.in_(_UNANSWERED), TurnRow.question.is_not(None))


def _asked(session: Session, since: datetime | None, until: datetime | None) -> list[Asked]:
    wanted = _wanted()
    if since:
        wanted = wanted.where(TurnRow.asked_at >= since)
    if until:
        wanted = wanted.where(TurnRow.asked_at < until)
    rows = session.execute(wanted.order_by(TurnRow.number.desc()).limit(MOST))
    return [one for row in rows for one in _parts(row)][:MOST]


def _parts(row: Any) -> list[Asked]:
    words = unanswered(row.question, row.working)
    return [Asked(row.id, row.number, part, text, row.asked_at) for part, text in enumerate(words)]


def _known(session: Session, asked: Sequence[Asked], made_by: str) -> Meanings:
    if not asked:
        return {}
    first, last = min(one.number for one in asked), max(one.number for one in asked)
    row = QuestionVectorRow
    wanted = select(row.turn, row.part, row.subject, row.vector)
    found = session.execute(wanted.where(row.turn.between(first, last), row.made_by == made_by))
    return {(turn, part): Meaning(subject, vector) for turn, part, subject, vector in found}


def _add(session: Session, made: Meanings, made_by: str) -> None:
    """Only for turns that still have their words: these may have been erased meanwhile."""
    turns = {turn for turn, _ in made}
    wanted = select(TurnRow.number).where(TurnRow.number.in_(turns), TurnRow.question.is_not(None))
    there = set(session.scalars(wanted.with_for_update()))
    for (turn, part), one in made.items():
        if turn in there:
            kept = QuestionVectorRow(turn=turn, part=part, made_by=made_by, subject=one.subject, vector=one.vector)
            session.merge(kept)


def _placed(asked: Sequence[Asked], meanings: Sequence[Meaning]) -> list[list[int]]:
    """The places of each group, from its middle on. What was asked in the same words is taken once."""
    same: dict[str, list[int]] = {}
    for place, one in enumerate(asked):
        same.setdefault(folded(one.words).lower().rstrip("?!. "), []).append(place)
    alike = list(same.values())
    if not alike:
        return []
    vectors = b"".join(meanings[places[0]].vector for places in alike)
    rows = np.frombuffer(vectors, dtype=np.float16).reshape(len(alike), -1).astype(np.float32)
    subjects = [meanings[places[0]].subject for places in alike]
    groups = grouped(rows, [len(places) for places in alike], subjects)
    return [[place for row in centre(rows, group) for place in alike[row]] for group in groups]


def _group(asked: Sequence[Asked], subjects: Sequence[str]) -> Group:
    named, times = Counter(subjects[:_LOOKED_AT]).most_common(1)[0]
    if named and times * 2 > len(subjects[:_LOOKED_AT]):
        return Group(named, is_subject=True, asked=tuple(asked))
    plain = (one.words for one in asked if not holds_personal_data(one.words))
    return Group(next(plain, ""), is_subject=False, asked=tuple(asked))


def _together(groups: Iterable[Group]) -> list[Group]:
    """Groups about the same subject are one: two lines of the same name would help nobody."""
    subjects: dict[str, Group] = {}
    others = []
    for group in groups:
        if not group.is_subject:
            others.append(group)
            continue
        before = subjects[group.label].asked if group.label in subjects else ()
        subjects[group.label] = Group(group.label, is_subject=True, asked=(*before, *group.asked))
    return [*subjects.values(), *others]


def _told(future: "Future[None]") -> None:
    if not future.cancelled() and (error := future.exception()):
        _log.error("the meaning of questions could not be worked out: %s", type(error).__name__)
