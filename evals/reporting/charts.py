"""Curves as inline SVG that can be read by eye and by ear, in the colours of the page that holds them."""

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

_WIDTH, _HEIGHT = 360, 270
_LEFT, _RIGHT, _TOP, _BOTTOM = 50, 20, 12, 44
_STEPS = 4


@dataclass(frozen=True, slots=True)
class Curve:
    """A line of points (x, y), each from 0 to 1, in the order in which they are joined.

    With `diagonal`, the line on which x and y are the same is drawn too: that is where the points ought to lie.
    """

    name: str
    x_label: str
    y_label: str
    points: tuple[tuple[float, float], ...]
    diagonal: bool = False


def drawn(curve: Curve, *, title: str, anchor: str) -> Markup:
    """The curve as an <svg>; `anchor` makes its ids unique in the page."""
    top = _upper_end([y for _, y in curve.points]) if not curve.diagonal else 1.0
    return Markup(
        '<svg class="plot" role="img" viewBox="0 0 {width} {height}" aria-labelledby="{anchor}-title {anchor}-desc">'
        '<title id="{anchor}-title">{title}</title><desc id="{anchor}-desc">{desc}</desc>'
        "{grid}{diagonal}{line}{marks}{labels}</svg>"
    ).format(
        width=_WIDTH,
        height=_HEIGHT,
        anchor=anchor,
        title=title,
        desc=described(curve),
        grid=_grid(top),
        diagonal=_line([(0.0, 0.0), (1.0, 1.0)], top, "ideal") if curve.diagonal else "",
        line=_line(curve.points, top, "line"),
        marks=_marks(curve.points, top) if len(curve.points) <= 20 else "",
        labels=_labels(curve),
    )


def described(curve: Curve) -> str:
    """The curve in a sentence, for those who don't see it."""
    if not curve.points:
        return "There is no point to draw."
    (first_x, first_y), (last_x, last_y) = curve.points[0], curve.points[-1]
    lowest, highest = min(y for _, y in curve.points), max(y for _, y in curve.points)
    return (
        f"{curve.y_label} over {_small(curve.x_label)}, {len(curve.points)} points: "
        f"from {first_y:.1%} at {first_x:.1%} to {last_y:.1%} at {last_x:.1%}; "
        f"lowest {lowest:.1%}, highest {highest:.1%}."
    )


def _upper_end(values: Sequence[float]) -> float:
    """The top of the axis: the first of 10%, 20%, 40% and 100% that holds every value."""
    return next((end for end in (0.1, 0.2, 0.4) if max(values, default=1.0) <= end), 1.0)


def _place(x: float, y: float, top: float) -> tuple[float, float]:
    across = _LEFT + x * (_WIDTH - _LEFT - _RIGHT)
    down = _TOP + (1 - y / top) * (_HEIGHT - _TOP - _BOTTOM)
    return round(across, 1), round(down, 1)


def _grid(top: float) -> Markup:
    lines = Markup("")
    for step in range(_STEPS + 1):
        share = step / _STEPS
        x, y = _place(share, share * top, top)
        lines += Markup(
            '<path class="grid" d="M{left} {y}H{right}M{x} {top}V{bottom}"/>'
            '<text class="tick" x="{before}" y="{level}" text-anchor="end">{y_value}</text>'
            '<text class="tick" x="{x}" y="{below}" text-anchor="middle">{x_value}</text>'
        ).format(
            left=_LEFT,
            right=_WIDTH - _RIGHT,
            top=_TOP,
            bottom=_HEIGHT - _BOTTOM,
            x=x,
            y=y,
            before=_LEFT - 5,
            level=y + 4,
            below=_HEIGHT - _BOTTOM + 15,
            x_value=f"{share:.0%}",
            y_value=f"{share * top * 100:.3g}%",
        )
    return lines


def _line(points: Sequence[tuple[float, float]], top: float, name: str) -> Markup:
    places = " ".join(f"{across},{down}" for across, down in (_place(x, y, top) for x, y in points))
    return Markup('<polyline class="{}" points="{}"/>').format(name, places)


def _marks(points: Sequence[tuple[float, float]], top: float) -> Markup:
    return Markup("").join(
        Markup('<circle class="mark" cx="{}" cy="{}" r="3.5"/>').format(*_place(x, y, top)) for x, y in points
    )


def _labels(curve: Curve) -> Markup:
    middle_x, middle_y = (_LEFT + _WIDTH - _RIGHT) / 2, (_TOP + _HEIGHT - _BOTTOM) / 2
    return Markup(
        '<text class="axis" x="{}" y="{}" text-anchor="middle">{}</text>'
        '<text class="axis" x="11" y="{}" text-anchor="middle" transform="rotate(-90 11 {})">{}</text>'
    ).format(middle_x, _HEIGHT - 8, curve.x_label, middle_y, middle_y, curve.y_label)


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]
