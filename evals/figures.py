"""The figures of a run: every measure over all cases, each kind and each campaign, with 95% intervals."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from math import sqrt
from statistics import fmean

from assistant.domain import Outcome
from evals.domain import Figure, Scored
from evals.measures import MEASURES, judging
from evals.scoring import current
from evals.statistics import Interval, interval

MADE = frozenset({"leave_out", "changed_fact", "planted", "paraphrase", "scripted"})
"""The kinds that are made by rule."""

IN_USE = 0.3
"""The share of questions that the pack answers in live use: between a quarter and a third."""

NAMES = (
    "right",
    "as_in_use",
    *(measure.__name__ for measure in MEASURES),
    current.__name__,
    "false_refusal",
    "abstention_recall",
    "false_abstention",
    *judging.SWEPT,
)
"""Every measure that there may be a figure of."""

ALL = "all"


_Value = Callable[[Scored], float | None]


def figures(rows: Sequence[Scored]) -> list[Figure]:
    """All that can be measured, slice by slice: "all", then each kind, then each campaign.

    Cases made by rule are slices of their own ("kind=leave_out") and in no other, so that the headline stays what
    people wrote. A case that was asked several times counts once, with its means.
    """
    return [figure for name, held in _slices(rows).items() for figure in _slice(name, held)]


def as_in_use(rows: Iterable[Scored]) -> tuple[float, Interval, int] | None:
    """The share that is right when 3 in 10 questions are such that the pack answers them and 7 such that it doesn't.

    Only over cases that say which of the two they are; None where there are none of either. The interval is put
    together from those of the two shares (Zou and Donner 2008).
    """
    rows = list(rows)
    known, silent = (_means([row for row in rows if row.answerable is side], _right) for side in (True, False))
    if not known or not silent:
        return None
    parts = [(IN_USE, fmean(known), interval(known)), (1 - IN_USE, fmean(silent), interval(silent))]
    value = sum(weight * share for weight, share, _ in parts)
    below = sqrt(sum((weight * (share - low)) ** 2 for weight, share, (low, _) in parts))
    above = sqrt(sum((weight * (high - share)) ** 2 for weight, share, (_, high) in parts))
    return value, (max(0.0, value - below), min(1.0, value + above)), len(known) + len(silent)


def _slices(rows: Sequence[Scored]) -> Mapping[str, list[Scored]]:
    written = [row for row in rows if row.kind not in MADE]
    kinds = sorted({row.kind for row in rows}, key=lambda kind: (kind in MADE, kind))
    slices = {ALL: written}
    slices |= {f"kind={kind}": [row for row in rows if row.kind == kind] for kind in kinds}
    campaigns = sorted({row.campaign for row in written})
    return slices | {f"campaign={one}": [row for row in written if row.campaign == one] for one in campaigns}


def _slice(name: str, rows: Sequence[Scored]) -> Iterator[Figure]:
    yield from _mean("right", name, rows, _right)
    if not name.startswith("kind=") and (in_use := as_in_use(rows)):
        yield _figure("as_in_use", name, *in_use)
    for measure in dict.fromkeys(measure for row in rows for measure in row.values):
        yield from _mean(measure, name, rows, partial(_value, measure))
    yield from _mean("false_refusal", name, rows, _false_refusal)
    yield from _mean("abstention_recall", name, [row for row in rows if row.answerable is False], _abstained)
    yield from _mean("false_abstention", name, [row for row in rows if row.answerable], _abstained)
    for measure in judging.SWEPT:
        if found := judging.swept(measure, rows):
            yield _figure(measure, name, *found)


def _mean(measure: str, slice_: str, rows: Iterable[Scored], value: _Value) -> Iterator[Figure]:
    """The figure of a measure that each case has for itself; none where no case has it."""
    if means := _means(rows, value):
        yield _figure(measure, slice_, fmean(means), interval(means), len(means))


def _means(rows: Iterable[Scored], value: _Value) -> list[float]:
    """The value of each case, by id; the mean where it was asked several times."""
    measured = sorted((row.case, one) for row in rows if (one := value(row)) is not None)
    return [fmean(one for _, one in repeats) for _, repeats in groupby(measured, key=lambda pair: pair[0])]


def _figure(measure: str, slice_: str, value: float, bounds: Interval, cases: int) -> Figure:
    return Figure(measure, slice_, value, *bounds, cases)


def _value(measure: str, row: Scored) -> float | None:
    return row.values.get(measure)


def _right(row: Scored) -> float:
    return float(row.right)


def _false_refusal(row: Scored) -> float | None:
    return None if (kept := row.values.get("not_refused")) is None else 1 - kept


def _abstained(row: Scored) -> float:
    return float(row.outcome == Outcome.NOT_IN_PACK)
