"""What it takes to read a passage: the rest of its list or table, and the passages either side under its heading."""

from collections.abc import Iterator, Mapping, Sequence

from knowledge.domain import Passage

_SAME_LIST = 0.95
_BESIDE = 0.8


def surroundings(scores: Mapping[int, float], passages: Sequence[Passage], *, at_most: int) -> dict[int, float]:
    """The scores of passages that were found, by position, and of those around them: at most so many, none found lost.

    A passage brought along scores a little less than the one that brings it; the best bring theirs first.
    """
    wanted = dict(scores)
    for position, score in sorted(scores.items(), key=lambda found: (-found[1], found[0])):
        for near, share in _around(position, passages):
            if near in wanted or len(wanted) < at_most:
                wanted[near] = max(wanted.get(near, 0.0), score * share)
    return wanted


def _around(position: int, passages: Sequence[Passage]) -> Iterator[tuple[int, float]]:
    """Positions near this one, nearest first, with the share of its score that they get."""
    passage = passages[position]
    if passage.group:
        for near in _nearest_first(_run(position, passages, step=-1), _run(position, passages, step=1)):
            yield near, _SAME_LIST
    for near in (position - 1, position + 1):
        if 0 <= near < len(passages) and _under_one_heading(passages[near], passage):
            yield near, _BESIDE


def _run(position: int, passages: Sequence[Passage], *, step: int) -> Iterator[int]:
    """The positions of the same list in one direction, up to the first passage that isn't of it."""
    passage, near = passages[position], position + step
    while 0 <= near < len(passages):
        other = passages[near]
        if (other.document, other.group) != (passage.document, passage.group):
            return
        yield near
        near += step


def _nearest_first(before: Iterator[int], after: Iterator[int]) -> Iterator[int]:
    sides = [before, after]
    while sides:
        for side in list(sides):
            if (near := next(side, None)) is None:
                sides.remove(side)
            else:
                yield near


def _under_one_heading(first: Passage, second: Passage) -> bool:
    return (first.document, first.heading) == (second.document, second.heading)
