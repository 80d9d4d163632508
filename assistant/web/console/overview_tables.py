"""The tables of the overview, each also a file: figures, questions by day, by subject, and by the way of answering."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

from assistant.domain import Outcome
from assistant.secretariat.overview import Figures, Mode, Period
from assistant.web.console.csv_files import Cell
from assistant.web.words import Words

_MOST_DAYS: Final = 62
"""Of a longer time the counts are shown by weeks."""

_SHOWN: Final = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED, Outcome.NOT_IN_PACK)
_ORDER: Final = (*Outcome, "failed", "stopped")

Counts = Mapping[str, int]


class Listed(StrEnum):
    """The tables, in the order of the page."""

    FIGURES = "figures"
    DAYS = "days"
    SUBJECTS = "subjects"
    WAYS = "ways"


@dataclass(frozen=True, slots=True)
class Table:
    heading: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Days:
    """Counts by outcome for each day of a time, or for each week under its Monday."""

    weekly: bool
    columns: tuple[tuple[str, Counts], ...]

    @property
    def blocks(self) -> list[tuple[str, list[int]]]:
        """For a chart: answered, partly answered, not in the pack, and all others together."""
        return [(name, _blocks(counts)) for name, counts in self.columns]


def days_of(figures: Figures, period: Period, today: date) -> Days:
    """From the first question or the first day of the period to its last day or today, those without any too."""
    first = figures.first_day or today
    since, until = max(period.since or first, first), min(period.until or today, today)
    weekly = (until - since).days >= _MOST_DAYS
    step = timedelta(days=7 if weekly else 1)
    start = since - timedelta(days=since.weekday()) if weekly else since
    places = max(0, (until - start) // step + 1)
    columns: list[dict[str, int]] = [{} for _ in range(places)]
    for day, counts in figures.days.items():
        if start <= day <= until:
            column = columns[(day - start) // step]
            for outcome, count in counts.items():
                column[outcome] = column.get(outcome, 0) + count
    return Days(weekly, tuple(((start + place * step).isoformat(), counts) for place, counts in enumerate(columns)))


def table_of(listed: Listed, figures: Figures, days: Days, said: Words) -> Table:
    """One of the tables, in the console's words."""
    words = said["overview"]
    if listed is Listed.FIGURES:
        return Table((words["figure"], words["value"]), tuple(_figures(figures, words)))
    if listed is Listed.DAYS:
        return _counted(words["week" if days.weekly else "day"], days.columns, said)
    if listed is Listed.SUBJECTS:
        return _counted(words["subject"], subjects_of(figures, said), said)
    heading = tuple(words[name] for name in ("way", "questions", "tokens_in", "tokens_out", "dollars"))
    return Table(heading, tuple(_way(name, mode, said) for name, mode in figures.modes.items()))


def subjects_of(figures: Figures, said: Words) -> list[tuple[str, Counts]]:
    """What was asked about, most first: subjects by their names, rules and greetings in the console's words."""
    return [(said["intents"].get(name or "not_counted", name), counts) for name, counts in figures.intents.items()]


def duration(milliseconds: int | None) -> str:
    """ "120 ms", "2.4 s"; a dash when there is none."""
    if milliseconds is None:
        return "–"
    return f"{milliseconds} ms" if milliseconds < 1000 else f"{milliseconds / 1000:.1f} s"


def share(part: float | None) -> str:
    return "–" if part is None else f"{part:.0%}"


def _figures(figures: Figures, words: Mapping[str, str]) -> list[tuple[Cell, ...]]:
    values: dict[str, Cell] = {
        "questions": figures.questions,
        "put_to_pack": figures.put_to_pack,
        "answered_share": share(figures.answered_share),
        "abstention_share": share(figures.abstention_share),
        "median": duration(figures.time_at(0.5)),
        "p95": duration(figures.time_at(0.95)),
        "cost": f"{figures.dollars:.2f}",
        "useful": figures.useful,
        "not_useful": figures.not_useful,
    }
    return [(words[name], value) for name, value in values.items()]


def _counted(name: str, rows: Sequence[tuple[str, Counts]], said: Words) -> Table:
    """Counts by outcome, with a column for each outcome that occurs."""
    occurs = [outcome for outcome in _ORDER if any(counts.get(outcome) for _, counts in rows)]
    heading = (name, *(said["outcomes"][outcome] for outcome in occurs), said["overview"]["total"])
    return Table(heading, tuple((title, *_row(counts, occurs)) for title, counts in rows))


def _row(counts: Counts, occurs: Sequence[str]) -> list[int]:
    return [*(counts.get(outcome, 0) for outcome in occurs), sum(counts.values())]


def _way(name: str, mode: Mode, said: Words) -> tuple[Cell, ...]:
    way = said["ways"].get(name or "no_answer", name)
    return (way, mode.answers, mode.tokens_in, mode.tokens_out, round(mode.dollars, 4))


def _blocks(counts: Counts) -> list[int]:
    named = [counts.get(outcome, 0) for outcome in _SHOWN]
    return [*named, sum(counts.values()) - sum(named)]
