"""Figures over questions, with 95% bootstrap intervals."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.statistics import Floats, resampled, wilson

Places = NDArray[np.intp]
Statistic = Callable[[Places], Floats]
"""A figure of the examples at these positions, or one each for rows of positions."""


@dataclass(frozen=True, slots=True)
class PublicFigure:
    """What a system reached on a set, with its 95% interval; `examples` is how many it was asked."""

    task: str
    set: str
    system: str
    measure: str
    value: float
    low: float
    high: float
    examples: int


def apart(measure: Callable[[Floats], Floats], scores: Sequence[float], answerable: Sequence[bool]) -> Statistic:
    """A measure of `evals.measures.judging` over the examples at the positions that were drawn."""
    # Its third column is which answers were wrong; nothing is answered here.
    columns = np.array([scores, answerable, np.zeros(len(scores))], dtype=np.float64)
    return lambda drawn: measure(columns[:, drawn])


def mean_of(values: Sequence[float]) -> Statistic:
    """The mean of the values at the positions that were drawn."""
    array = np.array(values, dtype=np.float64)
    return lambda drawn: np.asarray(array[drawn].mean(axis=-1))


def interval(statistic: Statistic, questions: int, *, each: int = 1) -> tuple[float, float, float]:
    """The statistic of all examples and its 95% percentile interval, from resamples of the questions.

    A question has `each` examples, one after the other, and they are drawn together. Where all resamples agree, as for
    a perfect figure, the interval is that of a share of so many questions (Wilson).
    """
    drawn = (resampled(questions)[..., np.newaxis] * each + np.arange(each)).reshape(-1, questions * each)
    value = float(statistic(np.arange(questions * each)))
    low, high = np.nanpercentile(statistic(drawn), [2.5, 97.5])
    if low == high:
        low, high = wilson(value * questions, questions)
    return value, float(low), float(high)
