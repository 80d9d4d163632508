"""Charts that need no script: where each bar stands, for a template to draw. A table of the same stands under each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_WIDTH: Final = 360
_HEIGHT: Final = 170
_TOP: Final = 20
_BOTTOM: Final = 20
_GAP: Final = 0.2
_BAR: Final = 14


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle; `series` chooses its pattern."""

    x: float
    y: float
    width: float
    height: float
    series: int


@dataclass(frozen=True, slots=True)
class Chart:
    """`labels` stand beside it, as text: the first column and the last."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    labels: tuple[str, ...] = ()


def stacked(columns: Sequence[tuple[str, Sequence[int]]]) -> Chart:
    """A column for each of these, a block for each of its counts; the first and the last are labelled."""
    most = max((sum(counts) for _, counts in columns), default=0)
    space = _HEIGHT - _TOP - _BOTTOM
    step = _WIDTH / max(len(columns), 1)
    bars = []
    for place, (_, counts) in enumerate(columns):
        floor = float(_HEIGHT - _BOTTOM)
        for series, count in enumerate(counts):
            height = space * count / most if most else 0.0
            floor -= height
            if count:
                x = step * (place + _GAP / 2)
                bars.append(Bar(round(x, 2), round(floor, 2), round(step * (1 - _GAP), 2), round(height, 2), series))
    ends = [columns[place][0] for place in (0, -1)[: len(columns)]]
    return Chart(_WIDTH, _HEIGHT, tuple(bars), tuple(ends))


def ranked(rows: Sequence[tuple[str, int]]) -> tuple[tuple[str, int, Chart], ...]:
    """Name, count, and a bar as long as the count, for each of these."""
    most = max((count for _, count in rows), default=0)
    return tuple(
        (name, count, Chart(_WIDTH, _BAR, (Bar(0, 0, round(_WIDTH * count / most, 2) if most else 0, _BAR, 0),)))
        for name, count in rows
    )
