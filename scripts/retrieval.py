"""Public questions with known passages, and the measures of a search. What the measuring scripts share."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.public.sets import Asked, Collection, conversation_collections, guidance_collections

__all__ = ["MEASURES", "Asked", "Collection", "collections", "interval", "measure"]

MEASURES = ("nDCG@5", "recall@5", "MRR")
_DEPTH = 5


def collections(evaldata: Path) -> list[Collection]:
    """Guidance twice (question alone; question after its scenario), then every collection of conversations."""
    return [*guidance_collections(evaldata), *conversation_collections(evaldata)]


def measure(ranked: Sequence[int], answers: frozenset[int]) -> tuple[float, float, float]:
    """nDCG@5, recall@5 and reciprocal rank of one question; answers all weigh the same."""
    gains = [1 / np.log2(rank + 2) for rank, found in enumerate(ranked[:_DEPTH]) if found in answers]
    best = sum(1 / np.log2(rank + 2) for rank in range(min(_DEPTH, len(answers))))
    first = next((rank for rank, found in enumerate(ranked, start=1) if found in answers), None)
    return float(sum(gains) / best), len(gains) / min(_DEPTH, len(answers)), 1 / first if first else 0.0


def interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """The 95% bootstrap interval of a mean over questions; the same numbers give the same interval."""
    chosen = np.random.default_rng(0).integers(0, len(differences), (10_000, len(differences)))
    low, high = np.percentile(differences[chosen].mean(axis=1), [2.5, 97.5])
    return float(low), float(high)
