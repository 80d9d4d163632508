"""One measure over a slice, in the baseline and now: what it was, what it is, and which cases made that."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from assistant.domain import Outcome
from evals.domain import DECIDING, Scored
from evals.gating.gates import RIGHT
from evals.measures.judging import LOWER_IS_BETTER, judged, paired, swept
from evals.statistics import paired_difference

LEAST = 1e-6
"""Differences below it are floating point's: values are kept to four decimals."""
_ANSWERING = (Outcome.ANSWERED, Outcome.PARTLY_ANSWERED)
_TELLING = (*DECIDING, "quotes_cited", "verbatim")
"""Where one of them falls, the answer is another one, and what can't be taken of it any more is not hidden."""

Rows = Mapping[str, Scored]


@dataclass(frozen=True, slots=True)
class Change:
    """A case and its value in the baseline and now; None where it could not be taken or the case was not there."""

    case: str
    before: float | None
    after: float | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """`before` and `after` are over the `pairs` that count on both sides, `now` over the `present` that there are now.

    `fell` when a single case did (of a set measure: the figure). `worse` and `better` are of the pairs, the furthest
    first; `weakest` hold the figure down now; `lost` could be taken in the baseline and count on neither side any
    more. `interval` gives the 95% interval of `after` - `before`.
    """

    pairs: int
    present: int
    before: float | None
    after: float | None
    now: float | None
    fell: bool
    worse: tuple[Change, ...]
    better: tuple[Change, ...]
    weakest: tuple[Change, ...]
    lost: tuple[Change, ...]
    interval: Callable[[], tuple[float, float]]
    lower_is_better: bool = False

    @property
    def loss(self) -> float:
        """By how much it is worse now; negative where it is better."""
        if self.before is None or self.after is None:
            return 0.0
        return self.after - self.before if self.lower_is_better else self.before - self.after

    def beyond(self, floor: float) -> bool:
        """Whether it is worse than that now."""
        if self.now is None:
            return False
        return self.now > floor + LEAST if self.lower_is_better else self.now < floor - LEAST


def compare_means(measure: str, cases: Collection[str], before: Rows, now: Rows) -> Comparison:
    """A measure of single cases, averaged.

    What could be taken in the baseline and can't be now counts as 0, unless another figure shows what became of the
    case: then it leaves the average.
    """
    had, has = _values(measure, cases, before), _values(measure, cases, now)
    if measure == RIGHT:
        has |= {case: 0.0 for case in had.keys() & has.keys() if _is_unchecked(before[case], now[case])}
    gone = had.keys() & now.keys() - has.keys()
    counted = {case for case in gone if measure in DECIDING or not _shows_elsewhere(before[case], now[case])}
    has |= dict.fromkeys(counted, 0.0)
    changes = [Change(case, had[case], has[case]) for case in sorted(had.keys() & has.keys())]
    fall = {one.case: had[one.case] - has[one.case] for one in changes}
    was, is_ = [had[one.case] for one in changes], [has[one.case] for one in changes]
    everyone = [Change(case, had.get(case), has[case]) for case in sorted(has)]
    worse = _most(changes, lambda one: (one.before == 1, fall[one.case]), lambda one: fall[one.case] > LEAST)
    return Comparison(
        pairs=len(changes),
        present=len(has),
        before=_mean(was),
        after=_mean(is_),
        now=_mean(list(has.values())),
        fell=bool(worse),
        worse=worse,
        better=_most(changes, lambda one: (one.after == 1, -fall[one.case]), lambda one: fall[one.case] < -LEAST),
        weakest=_most(everyone, lambda one: (one.before == 1, 1 - has[one.case]), lambda one: has[one.case] < 1),
        lost=tuple(Change(case, had[case], None) for case in sorted(gone - counted)),
        interval=lambda: paired_difference(was, is_)[1:],
    )


def compare_sets(measure: str, cases: Collection[str], before: Rows, now: Rows) -> Comparison:
    """A measure of many cases at once; what changes of a case is the judge's score.

    A case that the judge saw in the baseline and does not see now counts as judged wrong for certain, unless its
    outcome shows what became of it.
    """
    had = {row.case: row for row in judged([before[case] for case in sorted(cases & before.keys())])}
    seen = (_seen(had.get(case), now[case]) for case in sorted(cases & now.keys()))
    has = {row.case: row for row in judged([row for row in seen if row])}
    both = sorted(had.keys() & has.keys())
    was, is_, everyone = [had[case] for case in both], [has[case] for case in both], list(has.values())
    moved = {case: _wrong_way(had[case], has[case]) for case in both}
    changes = [Change(case, had[case].judge, has[case].judge) for case in both]
    earlier, later = _swept(measure, was), _swept(measure, is_)
    comparison = Comparison(
        pairs=len(both),
        present=len(has),
        before=earlier,
        after=later,
        now=later if everyone == is_ else _swept(measure, everyone),
        fell=False,
        worse=_most(changes, lambda one: moved[one.case], lambda one: moved[one.case] > LEAST)
        or _most(changes, lambda one: one.case, lambda one: had[one.case] != has[one.case]),
        better=_most(changes, lambda one: -moved[one.case], lambda one: moved[one.case] < -LEAST),
        weakest=_weakest(had, has),
        lost=tuple(Change(case, had[case].judge, None) for case in sorted(had.keys() & now.keys() - has.keys())),
        interval=lambda: (paired(measure, was, is_) or (0.0, 0.0, 0.0))[1:],
        lower_is_better=measure in LOWER_IS_BETTER,
    )
    return replace(comparison, fell=comparison.loss > LEAST)


def _swept(measure: str, rows: Sequence[Scored]) -> float | None:
    found = swept(measure, rows)
    return found[0] if found else None


def _weakest(had: Rows, has: Rows) -> tuple[Change, ...]:
    changes = [Change(case, had[case].judge if case in had else None, row.judge) for case, row in has.items()]
    return _most(changes, lambda one: _error(has[one.case]), lambda one: _error(has[one.case]) > LEAST)


def _values(measure: str, cases: Collection[str], rows: Rows) -> dict[str, float]:
    if measure == RIGHT:
        return {case: float(rows[case].right) for case in cases & rows.keys()}
    return {case: rows[case].values[measure] for case in cases & rows.keys() if measure in rows[case].values}


def _is_unchecked(before: Scored, now: Scored) -> bool:
    """Whether what decides if it is right was looked at in the baseline and is not now: the case alone decides that."""
    return any(one in before.values and one not in now.values for one in DECIDING)


def _shows_elsewhere(before: Scored, now: Scored) -> bool:
    """Whether the case ended otherwise, or said or cited otherwise, for which it is counted in other figures."""
    if now.outcome != before.outcome and now.outcome not in _ANSWERING:
        return True
    both = (one for one in _TELLING if one in before.values and one in now.values)
    return any(now.values[one] < before.values[one] - LEAST for one in both)


def _seen(before: Scored | None, now: Scored) -> Scored | None:
    """The row as it counts, or None where the case no longer reached the judge for a reason that shows elsewhere."""
    if before is None or before.judge is None or now.judge is not None:
        return now
    if now.outcome != before.outcome and now.outcome not in _ANSWERING:
        return None
    return replace(now, judge=None if now.answerable is None else float(not now.answerable))


def _wrong_way(before: Scored, now: Scored) -> float:
    """How far the judge's error grew, and 1 more where the case also was right and no longer is, and the reverse."""
    return _error(now) - _error(before) + before.right - now.right


def _error(row: Scored) -> float:
    if row.judge is None or row.answerable is None:
        return 0.0
    return 1 - row.judge if row.answerable else row.judge


def _most(
    changes: Iterable[Change], key: Callable[[Change], Any], which: Callable[[Change], bool]
) -> tuple[Change, ...]:
    """Those of them, the furthest first."""
    return tuple(sorted((one for one in changes if which(one)), key=key, reverse=True))


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None
