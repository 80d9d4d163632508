"""What a search adds to finding the nearest vectors, at 1,000, 10,000 and 100,000 passages.

    python -m scripts.measure_scale ../shared/evaldata

Passages are stretches of 60 words of the public texts, vectors are random, and the nearest are looked up beforehand:
the times are those of everything else (words, fusion, evidence). Chroma's own time comes on top.
"""

import resource
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from knowledge.domain import Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.search import PassageSearch, Vector
from scripts.measure_search import as_passage
from scripts.retrieval import collections

_SIZES = (1_000, 10_000, 100_000)
_QUESTIONS = 200
_WORDS = 60


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An index whose nearest are always the same."""

    passages: tuple[Passage, ...]
    vectors: Vector

    def nearest(self, vector: Vector, limit: int) -> list[tuple[int, float]]:
        return [(position, float(self.vectors[position] @ vector)) for position in range(limit)]


def main(evaldata: Path) -> int:
    parts = collections(evaldata)
    words = [word for part in parts for text in part.passages for word in text.split()]
    questions = [asked.text for part in parts for asked in part.asked][:_QUESTIONS]
    numbers = np.random.default_rng(0)
    print("| passages | making the search s | question p10 ms | p50 ms | largest memory MB |")
    print("| --- " * 5 + "|")
    for size in _SIZES:
        starts = numbers.integers(0, len(words) - _WORDS, size).tolist()
        texts = [" ".join(words[start : start + _WORDS]) for start in starts]
        vectors = numbers.standard_normal((size, 384), dtype=np.float32) / np.float32(384**0.5)
        index = _Prepared(tuple(as_passage(text, place) for place, text in enumerate(texts)), vectors)
        begun = time.perf_counter()
        search = PassageSearch(index, LocalEmbeddings())
        made = time.perf_counter() - begun
        p10, p50 = np.percentile([_seconds(search, question, vectors[0]) for question in questions], [10, 50]) * 1e3
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"| {size:,} | {made:.2f} | {p10:.2f} | {p50:.2f} | {memory:.0f} |", flush=True)
    return 0


def _seconds(search: PassageSearch, question: str, vector: Vector) -> float:
    begun = time.perf_counter()
    search.find_by(vector, question)
    return time.perf_counter() - begun


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scripts.measure_scale EVALDATA")
    sys.exit(main(Path(sys.argv[1])))
