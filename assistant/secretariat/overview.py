"""What was asked and how it went, over a time: sums of the daily counts, so that they are quick and outlive erasure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from assistant.daily_counts import PUT_TO_PACK
from assistant.database import Database
from assistant.domain import Outcome
from assistant.tables import DayAskedRow, DayFeedbackRow, DayTimeRow

_ANSWERED: Final = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED)


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included; None leaves an end open."""

    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Mode:
    """How many answers were made in a way, and what that took; dollars are those of the language model."""

    answers: int
    tokens_in: int
    tokens_out: int
    dollars: float


@dataclass(frozen=True, slots=True)
class Figures:
    """`days`, `intents` and `modes` are in order; each has counts by outcome, or what its answers took.

    `times` are how many questions put to the pack took so many milliseconds, shortest first.
    """

    first_day: date | None
    days: Mapping[date, Mapping[str, int]]
    intents: Mapping[str, Mapping[str, int]]
    modes: Mapping[str, Mode]
    times: Sequence[tuple[int, int]]
    useful: int
    not_useful: int

    @property
    def questions(self) -> int:
        return sum(sum(counts.values()) for counts in self.days.values())

    @property
    def put_to_pack(self) -> int:
        """Questions that the pack was asked; the others got a fixed reply, or none."""
        return self.of(*PUT_TO_PACK)

    @property
    def answered_share(self) -> float | None:
        """Of those put to the pack, the share answered wholly or in part; None when there were none."""
        return self.of(*_ANSWERED) / self.put_to_pack if self.put_to_pack else None

    @property
    def abstention_share(self) -> float | None:
        """Of those put to the pack, the share to which it was said that the pack does not say."""
        return self.of(Outcome.NOT_IN_PACK) / self.put_to_pack if self.put_to_pack else None

    @property
    def dollars(self) -> float:
        return sum(mode.dollars for mode in self.modes.values())

    def of(self, *outcomes: str) -> int:
        """How many questions ended so."""
        return sum(counts.get(outcome, 0) for counts in self.days.values() for outcome in outcomes)

    def time_at(self, share: float) -> int | None:
        """The milliseconds within which this share of the questions put to the pack was done; to two figures."""
        wanted, seen = share * sum(count for _, count in self.times), 0
        for milliseconds, count in self.times:
            seen += count
            if seen >= wanted:
                return milliseconds
        return None


class Overview:
    """Reads the daily counts. Methods raise RecordsError when the database can't be used."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def figures(self, period: Period) -> Figures:
        return await self._database.run(lambda session: _figures(session, period), reading=True)


def _figures(session: Session, period: Period) -> Figures:
    asked, took = DayAskedRow, DayTimeRow
    days = _sums(session, period, [asked.day, asked.outcome], [asked.questions])
    intents = _sums(session, period, [asked.intent, asked.outcome], [asked.questions])
    times = _sums(session, period, [took.milliseconds], [took.questions])
    thoughts = dict(_sums(session, period, [DayFeedbackRow.useful], [DayFeedbackRow.answers]))
    return Figures(
        first_day=session.execute(select(func.min(asked.day))).scalar(),
        days=_by_first(days),
        intents=dict(sorted(_by_first(intents).items(), key=lambda one: -sum(one[1].values()))),
        modes=_modes(session, period),
        times=[(milliseconds, int(count)) for milliseconds, count in times],
        useful=int(thoughts.get(True, 0)),
        not_useful=int(thoughts.get(False, 0)),
    )


def _modes(session: Session, period: Period) -> dict[str, Mode]:
    asked = DayAskedRow
    rows = _sums(session, period, [asked.mode], [asked.questions, asked.tokens_in, asked.tokens_out, asked.dollars])
    return {mode: Mode(int(count), int(read), int(written), dollars) for mode, count, read, written, dollars in rows}


def _sums(
    session: Session, period: Period, keys: Sequence[InstrumentedAttribute[Any]], amounts: Sequence[Any]
) -> list[tuple[Any, ...]]:
    """The amounts of a period, summed for each value of the keys, in the order of the keys."""
    day = keys[0].class_.day
    since = [day >= period.since] if period.since else []
    until = [day <= period.until] if period.until else []
    summed = select(*keys, *(func.sum(amount) for amount in amounts))
    rows = session.execute(summed.where(*since, *until).group_by(*keys).order_by(*keys))
    return [tuple(row) for row in rows]


def _by_first(rows: Sequence[tuple[Any, ...]]) -> dict[Any, dict[str, int]]:
    grouped: dict[Any, dict[str, int]] = {}
    for first, second, count in rows:
        grouped.setdefault(first, {})[second] = int(count)
    return grouped
