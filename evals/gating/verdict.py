"""Holds a run against the baseline, and says at which gates it falls and which cases did that."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from evals.domain import Run, Scored
from evals.gating.baseline import Baseline, sound
from evals.gating.comparing import LEAST, Change, Comparison, Rows, compare_means, compare_sets
from evals.gating.gates import Gate, GateError, Gates, Slices
from evals.measures.judging import SWEPT

_FEW = 3
"""So many cases may change before a drop can count, or a measure that can't be taken any more is missed."""


class Why(StrEnum):
    """What a run falls at. LOST: cases of the slice, or the measure in all of them, are no longer there."""

    FLOOR = "floor"
    DROP = "drop"
    ANY_DROP = "any drop"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Fall:
    """A gate that a run falls at. `low` and `high` are the 95% interval of `after` - `before`, where that was asked.

    `cases` counts what the figures are over. `worse` never is empty; those that were right in full come first.
    """

    gate: Gate
    why: Why
    cases: int
    before: float | None
    after: float | None
    worse: tuple[Change, ...]
    better: tuple[Change, ...] = ()
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gates say of a run; `held` counts those that it was held to.

    `left_out` are the slices that a run over a part of the cases can't be held to. `new`, `gone` and `moved` (to
    another kind or campaign) are ids of cases; `other` says which versions and settings are not the baseline's.
    """

    held: int
    falls: tuple[Fall, ...] = ()
    left_out: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    other: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.falls


def gate(run: Run, rows: Sequence[Scored], baseline: Baseline, gates: Gates, *, part: bool = False) -> Verdict:
    """The verdict on a run. `part` says that only some of the cases were asked, so that the others are not missed.

    GateError when the two can't be compared, or when the run would be held to nothing.
    """
    before, now = sound(baseline.rows, "the baseline"), sound(rows, "the run")
    _comparable(run, baseline.run, {now[case].campaign for case in before.keys() & now.keys()})
    slices = Slices(tuple(before.values()), tuple(now.values()))
    gone = before.keys() - now.keys()
    wanted = gates.over(slices)
    left_out = {one.slice for one in wanted if part and slices.cases(one.slice) & gone}
    held = [one for one in wanted if one.slice not in left_out]
    if not held:
        raise GateError("no gate covers what was asked: ask whole kinds or campaigns, or all cases (`python -m evals`)")
    falls = [fall for one in held for fall in _falls(one, slices, before, now)]
    return Verdict(
        held=len(held),
        falls=(*_gone(held, slices, before, now, gates.most_gone), *falls),
        left_out=tuple(sorted(left_out)),
        new=tuple(sorted(now.keys() - before.keys())),
        gone=() if part else tuple(sorted(gone)),
        moved=tuple(case for case in now if case in before and _place(now[case]) != _place(before[case])),
        other=(*_others(baseline.run.versions, run.versions), *_others(baseline.run.settings, run.settings)),
    )


def _comparable(run: Run, accepted: Run, campaigns: Set[str]) -> None:
    if run.mode != accepted.mode:
        raise GateError(
            f"a run in {run.mode} mode can't be held against a baseline in {accepted.mode} mode: "
            f"run again with `--mode {accepted.mode}`"
        )
    was, is_ = accepted.packs, run.packs
    if other := sorted(campaign for campaign in campaigns if was.get(campaign) != is_.get(campaign)):
        packs = "; ".join(
            f"that of {one} was {was.get(one, 'not given')} and is {is_.get(one, 'not given')}" for one in other
        )
        raise GateError(
            f"the packs are not those of the baseline: {packs}. Confirm the cases against the new pack "
            "(`python -m evals confirm`), then accept a new baseline (`python -m evals accept`)"
        )


def _gone(held: Sequence[Gate], slices: Slices, before: Rows, now: Rows, most_gone: float) -> Iterator[Fall]:
    """Cases may go one by one: were any number let go, leaving out what fails would pass every other gate."""
    for slice_ in dict.fromkeys(one.slice for one in held):
        had = slices.cases(slice_) & before.keys()
        gone = sorted(had - now.keys())
        if len(gone) > max(1, most_gone * len(had)) or (gone and len(gone) == len(had)):
            worse = tuple(Change(case, float(before[case].right), None) for case in gone)
            yield Fall(Gate("cases", slice_), Why.LOST, len(had), 1.0, 1 - len(gone) / len(had), worse)


def _falls(one: Gate, slices: Slices, before: Rows, now: Rows) -> Iterator[Fall]:
    found = _compared(one.measure, slices.cases(one.slice), before, now)
    if one.floor is not None and found.beyond(one.floor):
        yield Fall(one, Why.FLOOR, found.present, found.before, found.now, found.weakest)
    if len(found.lost) > _FEW and not found.pairs:
        yield Fall(one, Why.LOST, len(found.lost), None, None, found.lost)
    if one.any_drop and found.fell:
        yield Fall(one, Why.ANY_DROP, found.pairs, found.before, found.after, found.worse, found.better)
    if one.drop is not None and found.loss > one.drop + LEAST:
        low, high = found.interval()
        if low > 0 or high < 0:
            yield Fall(one, Why.DROP, found.pairs, found.before, found.after, found.worse, found.better, low, high)


def _compared(measure: str, cases: frozenset[str], before: Rows, now: Rows) -> Comparison:
    return (compare_sets if measure in SWEPT else compare_means)(measure, cases, before, now)


def _place(row: Scored) -> tuple[str, str]:
    return row.campaign, row.kind


def _others(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(before.keys() | now.keys()):
        if before.get(name) != now.get(name):
            yield f"{name}: {before.get(name, 'not given')}, now {now.get(name, 'not given')}"
