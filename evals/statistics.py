"""How sure a figure is: 95% intervals of shares, means and differences.

Everything that is drawn at random is drawn from one seed and does not depend on the order of what is given.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Interval = tuple[float, float]
Statistic = Callable[[Floats], Floats]
"""Takes what is known of the cases, a row a fact and a column a case, and gives one value. With axes put between the
two it gives a value for each; NaN where there is none."""

RESAMPLES = 2_000
_SEED = 20_261_123
_Z = 1.959964
_TAILS = (2.5, 97.5)
_FEW = 10
_LEAST_CHANGED = 4


def wilson(successes: float, total: int) -> Interval:
    """The 95% score interval of a share (Wilson 1927).

    Of a mean of values from 0 to 1 it is too wide but never too narrow: they vary most where each is 0 or 1.
    """
    share = successes / total
    middle = (share + _Z**2 / (2 * total)) / (1 + _Z**2 / total)
    half = _Z * sqrt(max(0.0, share * (1 - share)) / total + _Z**2 / (4 * total**2)) / (1 + _Z**2 / total)
    return max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half))


def interval(values: Sequence[float]) -> Interval:
    """The 95% interval of the mean of values from 0 to 1.

    By bootstrap; by Wilson where each value is 0 or 1, and where resampling has nothing to go on: under ten values, or
    all of them the same.
    """
    if set(values) <= {0.0, 1.0} or len(values) < _FEW or len(set(values)) == 1:
        return wilson(sum(values), len(values))
    return bootstrap(values)


def bootstrap(values: Sequence[float]) -> Interval:
    """The 95% percentile interval of the mean (Efron 1979), from 2,000 resamples."""
    return _percentiles(np.sort(np.asarray(values, dtype=np.float64))[resampled(len(values))].mean(axis=1))


def paired_difference(before: Sequence[float], after: Sequence[float]) -> tuple[float, float, float]:
    """The mean of after - before over pairs, and its 95% interval by bootstrap over the pairs.

    Three zeros when nothing changed or there is no pair. With under four pairs that changed the interval holds 0: of a
    large slice one resample in twenty leaves three of them out, and a small slice gives no more reason to be sure.
    """
    differences = np.sort(np.asarray(after, dtype=np.float64) - np.asarray(before, dtype=np.float64))
    if not differences.any():
        return 0.0, 0.0, 0.0
    low, high = _percentiles(differences[resampled(differences.size)].mean(axis=1))
    return _with_zero_where_few(float(differences.mean()), low, high, changed=int(np.count_nonzero(differences)))


def paired_statistic(statistic: Statistic, was: Floats, is_: Floats) -> tuple[float, float, float]:
    """The same for a figure that is taken over all cases at once: both sides have the same cases, in the same order."""
    difference = float(statistic(is_)) - float(statistic(was))
    changed = int(np.count_nonzero((was != is_).any(axis=0)))
    if not changed:
        return 0.0, 0.0, 0.0
    order = np.lexsort(np.concatenate((was, is_)))
    picked = order[resampled(order.size)]
    low, high = _percentiles(statistic(is_[:, picked]) - statistic(was[:, picked]))
    return _with_zero_where_few(difference, low, high, changed=changed)


def statistic_interval(statistic: Statistic, columns: Floats, *, fewest: int) -> Interval:
    """The 95% interval of a figure from 0 to 1 that is taken over all cases at once; it always holds the figure.

    Where all resamples agree (a perfect ranking stays perfect) it is that of a share of `fewest` cases.
    """
    value = float(statistic(columns))
    order = np.lexsort(columns[::-1])
    low, high = _percentiles(statistic(columns[:, order[resampled(order.size)]]))
    if low == high:
        return wilson(value * fewest, fewest)
    return min(low, value), max(high, value)


@lru_cache(maxsize=4)
def resampled(size: int) -> NDArray[np.int32]:
    """A row of positions for each resample of so many cases, sorted, which is faster, and always the same."""
    return np.sort(np.random.default_rng(_SEED).integers(size, size=(RESAMPLES, size), dtype=np.int32), axis=1)


def _percentiles(estimates: Floats) -> Interval:
    low, high = np.nanpercentile(estimates, _TAILS)
    return float(low), float(high)


def _with_zero_where_few(mean: float, low: float, high: float, *, changed: int) -> tuple[float, float, float]:
    if changed < _LEAST_CHANGED:
        return mean, min(low, 0.0), max(high, 0.0)
    return mean, low, high
