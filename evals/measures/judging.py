"""What is measured over many cases at once: does the assistant know what the pack does not say?

The judge is the reader's probability that the pack answers. Cases count whose question reached it and that say for sure
whether the pack answers. What sweeps a threshold asks for ten of either sort; below that it is not given.
"""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby

import numpy as np
from numpy.typing import NDArray

from evals.domain import Scored
from evals.statistics import Floats, Interval, Statistic, paired_statistic, statistic_interval

Places = NDArray[np.intp]
Points = tuple[tuple[float, float], ...]

LOWER_IS_BETTER = frozenset({"aurc", "ece", "false_abstention", "false_refusal"})

FALSE_ABSTENTION = 0.05
_BINS = 10
_FEWEST = 10
_LEAST = 1e-9


def auroc(columns: Floats) -> Floats:
    """How often a question that the pack answers is judged higher than one it does not answer; ties count half."""
    judge, answerable, _ = _ascending(columns)
    starts, ends = _ties(judge)
    answered = answerable.sum(axis=-1)
    silent = judge.shape[-1] - answered
    ranks = ((starts + ends) / 2 + 1) * answerable
    with np.errstate(invalid="ignore"):
        share: Floats = (ranks.sum(axis=-1) - answered * (answered + 1) / 2) / (answered * silent)
    return share


def aurc(columns: Floats) -> Floats:
    """The mean of the risk over all coverages (Geifman and El-Yaniv 2017); 0 when nothing goes wrong.

    The risk at a coverage is the share of wrong among the questions judged highest: wrong is whatever is said to a
    question that the pack does not answer, and an answer to one it does answer that is not `right` as it was given.
    """
    mean: Floats = _risks(columns).mean(axis=-1)
    return mean


def ece(columns: Floats) -> Floats:
    """Expected calibration error: how far the judge is from the share that the pack answers, on average over ten bins.

    Bins of equal mass (Nixon et al. 2019), for judges crowd at both ends and bins of equal width would stand empty.
    """
    judge, answerable = _binned(columns)
    gaps: Floats = np.abs(judge - answerable).sum(axis=-1) / columns.shape[-1]
    return gaps


def abstention_recall_at_5(columns: Floats) -> Floats:
    """Of the questions that the pack does not answer, the share judged below the threshold under which no more than 5%
    of those it answers are."""
    judge, answerable, _ = _ascending(columns)
    _, ends = _ties(judge)
    silent = 1 - answerable
    lost = np.take_along_axis(answerable.cumsum(axis=-1), ends, axis=-1)
    found = np.take_along_axis(silent.cumsum(axis=-1), ends, axis=-1)
    allowed = lost <= FALSE_ABSTENTION * answerable.sum(axis=-1, keepdims=True) + _LEAST
    with np.errstate(invalid="ignore"):
        share: Floats = (found * allowed).max(axis=-1) / silent.sum(axis=-1)
    return share


SWEPT: Mapping[str, Statistic] = {
    "abstention_recall_at_5": abstention_recall_at_5,
    "auroc": auroc,
    "aurc": aurc,
    "ece": ece,
}


def swept(measure: str, rows: Sequence[Scored]) -> tuple[float, Interval, int] | None:
    """Its value, 95% interval and number of cases; None where there are too few."""
    columns = _columns(judged(rows))
    if not (fewest := _fewest(columns)):
        return None
    statistic = SWEPT[measure]
    return float(statistic(columns)), statistic_interval(statistic, columns, fewest=fewest), columns.shape[1]


def paired(measure: str, before: Sequence[Scored], after: Sequence[Scored]) -> tuple[float, float, float] | None:
    """After - before over the cases judged in both, and its 95% interval by paired bootstrap; None where few are."""
    was, is_ = ({row.case for row in judged(rows)} for rows in (before, after))
    sides = [_columns([row for row in judged(rows) if row.case in was & is_]) for rows in (before, after)]
    if not all(_fewest(side) for side in sides):
        return None
    return paired_statistic(SWEPT[measure], *sides)


def judged(rows: Iterable[Scored]) -> list[Scored]:
    """The rows that count."""
    return [row for row in rows if row.judge is not None and row.answerable is not None]


def risk_coverage(rows: Sequence[Scored]) -> Points:
    """(coverage, risk) as fewer and fewer questions are left unanswered, those judged highest first; see `aurc`."""
    columns = _columns(judged(rows))
    risks = _risks(columns).tolist() if columns.size else []
    return tuple((number / len(risks), risk) for number, risk in enumerate(risks, start=1))


def calibration(rows: Sequence[Scored]) -> Points:
    """(mean of the judge, share that the pack answers) in each of the bins of `ece`."""
    columns = _columns(judged(rows))
    if not columns.size:
        return ()
    sizes = np.diff(np.append(_bins(columns.shape[1]), columns.shape[1]))
    judge, answerable = (sums / sizes for sums in _binned(columns))
    return tuple(zip(judge.tolist(), answerable.tolist(), strict=True))


def _columns(rows: Iterable[Scored]) -> Floats:
    """Judge, answerable and wrong, each a row with a column a case, by its id; the mean where it was asked again."""
    by_case = groupby(sorted(rows, key=lambda row: row.case), key=lambda row: row.case)
    cases = [np.mean([_facts(row) for row in asked], axis=0) for _, asked in by_case]
    return np.array(cases, dtype=np.float64).reshape(-1, 3).T


def _facts(row: Scored) -> tuple[float, float, float]:
    return (row.judge or 0.0, float(bool(row.answerable)), float(not (row.answerable and row.right)))


def _fewest(columns: Floats) -> int:
    """How many cases there are of the sort with fewer of them; 0 when that is too few to sweep a threshold."""
    answered = int(columns[1].sum())
    fewest = min(answered, columns.shape[1] - answered)
    return fewest if fewest >= _FEWEST else 0


def _ascending(columns: Floats) -> Floats:
    """The columns in the order of the judge."""
    return np.take_along_axis(columns, np.argsort(columns[0], axis=-1, kind="stable")[np.newaxis], axis=-1)


def _ties(ordered: Floats) -> tuple[Places, Places]:
    """For each place, the first and last of those with the same value."""
    places = np.broadcast_to(np.arange(ordered.shape[-1]), ordered.shape)
    changes = ordered[..., 1:] != ordered[..., :-1]
    edge = np.ones((*ordered.shape[:-1], 1), dtype=bool)
    starts = np.maximum.accumulate(np.where(np.concatenate((edge, changes), axis=-1), places, 0), axis=-1)
    lasts = np.where(np.concatenate((changes, edge), axis=-1), places, ordered.shape[-1])
    return starts, np.minimum.accumulate(lasts[..., ::-1], axis=-1)[..., ::-1]


def _levelled(values: Floats, judge: Floats) -> Floats:
    """Each value as the mean of those that are judged the same, so that the order of ties does not matter."""
    starts, ends = _ties(judge)
    sums = values.cumsum(axis=-1)
    within = np.take_along_axis(sums, ends, axis=-1) - np.take_along_axis(sums - values, starts, axis=-1)
    levelled: Floats = within / (ends - starts + 1)
    return levelled


def _risks(columns: Floats) -> Floats:
    """The risk at each coverage, from one question answered to all of them."""
    judge, _, wrong = _ascending(columns)
    descending = _levelled(wrong, judge)[..., ::-1]
    return descending.cumsum(axis=-1) / np.arange(1, columns.shape[-1] + 1)


def _bins(cases: int) -> Places:
    """Where each bin begins; fewer cases than bins have a bin each."""
    bins = min(_BINS, cases)
    return np.arange(bins) * cases // bins


def _binned(columns: Floats) -> tuple[Floats, Floats]:
    """The sums of judge and answerable in each bin."""
    judge, answerable, _ = _ascending(columns)
    begin = _bins(columns.shape[-1])
    return (
        np.add.reduceat(judge, begin, axis=-1),
        np.add.reduceat(_levelled(answerable, judge), begin, axis=-1),
    )
