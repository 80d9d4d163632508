"""From a question to the passages that may answer it: meaning and words, searched apart, then added."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from knowledge.domain import Evidence, Passage
from knowledge.lexical import LexicalIndex, Scores, best
from knowledge.surroundings import surroundings

Vector = NDArray[np.float32]

_CANDIDATES = 50
_LEXICAL_TURNS = 3
_SAME = 1e-9


class SearchableIndex(Protocol):
    """What a search needs of an index: passages in the order of the pack, and `vectors`, a row of unit length each."""

    @property
    def passages(self) -> tuple[Passage, ...]: ...
    @property
    def vectors(self) -> Vector: ...
    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        """Positions with their cosines, nearest first."""


@dataclass(frozen=True, slots=True)
class ExactIndex:
    """An index that compares a vector with every other: the reference for one that doesn't."""

    passages: tuple[Passage, ...]
    vectors: Vector

    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        cosines = self.vectors @ vector
        near = np.argpartition(-cosines, limit)[:limit] if limit < len(cosines) else np.arange(len(cosines))
        ranked = sorted(near.tolist(), key=lambda position: (-cosines[position], position))
        return [(position, float(cosines[position])) for position in ranked]


class PassageSearch:
    """Search over one opened index; safe between threads. Making one reads every passage once."""

    def __init__(self, index: SearchableIndex, embeddings: Embeddings) -> None:
        self._index = index
        self._embeddings = embeddings
        self._lexical = LexicalIndex(passage.searchable for passage in index.passages)

    def find(self, query: str, *, lexical_query: str | None = None, limit: int = 8) -> list[Evidence]:
        """The passages that fit best, best first; `lexical_query` holds the words to look for where they are others."""
        return self.find_by(self._vector(query), query if lexical_query is None else lexical_query, limit)

    def find_by(self, vector: Vector, lexical_query: str, limit: int = 8) -> list[Evidence]:
        """The same for a question that was embedded before; `vector` has unit length."""
        lexical = self._lexical.scores(lexical_query)
        return self._evidence(self._scores(vector, lexical, limit), vector, lexical)

    def find_with_surroundings(
        self, query: str, *, lexical_query: str | None = None, limit: int = 8, at_most: int = 24
    ) -> list[Evidence]:
        """What `find` finds and what it takes to read it, best first: the rest of a list, the passages either side."""
        vector = self._vector(query)
        lexical = self._lexical.scores(query if lexical_query is None else lexical_query)
        found = self._scores(vector, lexical, limit)
        return self._evidence(surroundings(found, self._index.passages, at_most=at_most), vector, lexical)

    def _vector(self, query: str) -> Vector:
        vector = np.asarray(self._embeddings.embed_query(query), dtype=np.float32)
        # Not every server gives vectors of unit length.
        return vector / max(float(np.linalg.norm(vector)), 1e-12)

    def _scores(self, vector: Vector, lexical: Scores, limit: int) -> dict[int, float]:
        """The best positions with their scores: half how near, half how many words, each among all candidates."""
        depth = max(limit, _CANDIDATES)
        near = [position for position, _ in self._index.nearest(vector, depth)]
        candidates = np.union1d(np.asarray(near, dtype=np.intp), best(lexical, depth))
        # Scores that differ by no more than rounding are ties, and go by their order in the pack.
        scores = np.round((_spread(self._index.vectors[candidates] @ vector) + _spread(lexical[candidates])) / 2, 6)
        chosen = np.argsort(-scores, kind="stable")[:limit]
        return dict(zip(candidates[chosen].tolist(), scores[chosen].tolist(), strict=True))

    def _evidence(self, scores: Mapping[int, float], vector: Vector, lexical: Scores) -> list[Evidence]:
        """Best first, with what either side says of each passage, whichever side found it."""
        positions = sorted(scores, key=lambda position: (-scores[position], position))
        cosines = self._index.vectors[np.asarray(positions, dtype=np.intp)] @ vector
        return [
            Evidence(self._index.passages[position], scores[position], float(cosine), float(lexical[position]))
            for position, cosine in zip(positions, cosines, strict=True)
        ]


def words_of(turns: Sequence[str]) -> str:
    """The words to look for in a conversation, from what was asked in it, oldest first: the last three questions."""
    return " ".join(turns[-_LEXICAL_TURNS:])


def _spread(scores: NDArray[np.float32]) -> NDArray[np.float64]:
    """The scores from 0 (the least of them) to 1 (the most)."""
    values = scores.astype(np.float64)
    if not values.size or values.max() - values.min() < _SAME:
        return (values > 0).astype(np.float64)
    spread: NDArray[np.float64] = (values - values.min()) / (values.max() - values.min())
    return spread
