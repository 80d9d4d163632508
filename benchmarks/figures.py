"""How a figure is taken and shown. The ways compared take turns, so that a busy machine slows all of them alike."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite
from pathlib import Path

import numpy as np


@dataclass(frozen=True, slots=True)
class Run:
    """How much is measured: `rounds` of each figure. `evaldata` is None without public data; `folder` is empty."""

    folder: Path
    rounds: int
    quick: bool = False
    full: bool = False
    evaldata: Path | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the report: the median of `rounds` is held against the target, if there is one.

    With `above` all of `rounds` must be: an interval's ends and its middle.
    """

    what: str
    rounds: tuple[float, ...]
    unit: str
    at_most: float = inf
    at_least: float = -inf
    above: float = -inf

    @property
    def value(self) -> float:
        return float(np.median(self.rounds))

    @property
    def target(self) -> str:
        """In words; empty without one."""
        told = (("at most", self.at_most), ("at least", self.at_least), ("above", self.above))
        return ", ".join(f"{word} {number:g}" for word, number in told if isfinite(number))

    @property
    def reached(self) -> bool:
        """Whether there is nothing that the figure falls short of."""
        return self.at_least <= self.value <= self.at_most and min(self.rounds) > self.above

    def line(self) -> str:
        """A row of the table under HEADER."""
        spread = f"{_short(min(self.rounds))} to {_short(max(self.rounds))}" if len(self.rounds) > 1 else ""
        met = ("yes" if self.reached else "**no**") if self.target else ""
        return f"| {self.what} | {_short(self.value)} {self.unit} | {spread} | {self.target} | {met} |"


HEADER = "| what | median | least to most of the rounds | target | met |\n| --- | --- | --- | --- | --- |"


def seconds(work: Callable[[], object]) -> float:
    """How long it takes once."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def turns(ways: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, tuple[float, ...]]:
    """Seconds of each way in each round; the order is turned round from one round to the next."""
    found: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: -1 if number % 2 else 1]:
            found[name].append(seconds(ways[name]))
    return {name: tuple(times) for name, times in found.items()}


def ratios(ours: tuple[float, ...], theirs: tuple[float, ...]) -> tuple[float, ...]:
    """Round by round."""
    return tuple(own / other for own, other in zip(ours, theirs, strict=True))


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 100 else f"{number:.3g}"
