"""Questions of one meaning put together: average linkage over the cosines of their vectors, cut at a measured line."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]

LINE: Final = 0.42
"""Nearness from which on two groups are one, on average over their questions: chosen by scripts/measure_gaps.py."""

SUBJECT: Final = 0.1
"""What a subject that both name adds to the cosine of two questions, and what two different ones take away."""


def grouped(
    vectors: Vectors, times: Sequence[int], subjects: Sequence[str], *, line: float = LINE, subject: float = SUBJECT
) -> list[list[int]]:
    """Groups of rows, each row in one. `vectors` are of unit length; `times` says how often each was asked, `subjects`
    what each is about, empty where that is not known.

    Nearest-neighbour chains (Murtagh 1983): what is nearest to each other both ways is joined, which gives the same
    groups as joining the nearest of all each time, in the square of their number.
    """
    near = _nearness(vectors, subjects, subject)
    weights = np.array(times, dtype=np.float32)
    groups = {row: [row] for row in range(len(vectors))}
    left = dict.fromkeys(groups)
    chain: list[int] = []
    while left:
        if not chain:
            chain.append(next(iter(left)))
        here = chain[-1]
        nearest = int(near[here].argmax())
        if near[here, nearest] < line:
            # What comes near to nothing now never will: joining others brings none of them nearer.
            near[here, :] = near[:, here] = -np.inf
            del left[here]
            chain.pop()
        elif len(chain) > 1 and near[here, nearest] <= near[here, chain[-2]]:
            _join(near, weights, here, chain[-2])
            groups[chain[-2]] += groups.pop(here)
            del left[here]
            del chain[-2:]
        else:
            chain.append(nearest)
    return list(groups.values())


def centre(vectors: Vectors, rows: Sequence[int]) -> list[int]:
    """The rows of a group, the one nearest to the middle of all first."""
    nearness = vectors[list(rows)] @ vectors[list(rows)].mean(axis=0)
    return [rows[place] for place in np.argsort(-nearness, kind="stable")]


def _nearness(vectors: Vectors, subjects: Sequence[str], weight: float) -> Vectors:
    codes = np.unique(np.array(["", *subjects]), return_inverse=True)[1][1:]
    # A column a subject: alike ones add twice the weight to a product, of which one weight is taken off again below.
    named = np.eye(codes.max(initial=0) + 1, dtype=np.float32)[codes][:, 1:] * np.sqrt(2 * weight, dtype=np.float32)
    wide = np.hstack([vectors, named])
    known = (codes > 0).astype(np.float32)
    near: Vectors = wide @ wide.T
    near -= np.outer(known * np.float32(weight), known)
    np.fill_diagonal(near, -np.inf)
    return near


def _join(near: Vectors, weights: Vectors, gone: int, stays: int) -> None:
    share = weights[gone] / (weights[gone] + weights[stays])
    # Where both are -inf they stay so.
    joined = share * near[gone] + (1 - share) * near[stays]
    near[stays, :] = near[:, stays] = joined
    near[stays, stays] = -np.inf
    near[gone, :] = near[:, gone] = -np.inf
    weights[stays] += weights[gone]
