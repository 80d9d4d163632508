"""Search at growing numbers of passages: how long it takes, and whether it finds what exact search finds."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import numpy as np

from benchmarks.figures import Figure, Run, ratios, seconds
from benchmarks.texts import Blended, mixed_texts, pack_of, passages_of, public_questions, public_texts, questions
from knowledge.embedding import LocalEmbeddings, Vectors
from knowledge.search import ExactIndex, PassageSearch
from knowledge.store import Index, PassageStore

_QUESTIONS = 200
_SIZES = {"quick": (300, 1_000, 3_000), "usual": (1_000, 10_000), "full": (1_000, 10_000, 100_000)}


@dataclass(frozen=True, slots=True)
class _Sized:
    size: int
    index: Index
    search: PassageSearch


def figures(run: Run) -> Iterator[Figure]:
    """The embedding of the question is left out: it is the same at every size and would hide the difference."""
    model = LocalEmbeddings()
    asked = (public_questions(run.evaldata, _QUESTIONS) if run.evaldata else questions()) * 2
    asked = asked[: 40 if run.quick else _QUESTIONS]
    count = 60 if run.quick else 2_000
    known = public_texts(run.evaldata, count) if run.evaldata else mixed_texts(count, None)
    vectors, blended = model.vectors(asked), Blended(known)
    built = []
    for size in _SIZES["quick" if run.quick else "full" if run.full else "usual"]:
        begun = perf_counter()
        built.append(_build(run, size, blended))
        yield Figure(f"{size:,} passages: building and opening", (perf_counter() - begun,), "s")
    try:
        yield from _times(run, built, asked, vectors)
        for sized in built:
            yield from _exactness(sized, asked, vectors)
    finally:
        for sized in built:
            sized.index.close()


def _build(run: Run, size: int, blended: Blended) -> _Sized:
    pack = pack_of(mixed_texts(size, run.evaldata))
    store = PassageStore(Path(run.folder, f"scale-{size}"))
    store.build(pack, passages_of(pack)[:size], blended)
    index = store.open()
    return _Sized(size, index, PassageSearch(index, blended))


def _times(run: Run, built: Sequence[_Sized], asked: Sequence[str], vectors: Vectors) -> Iterator[Figure]:
    """Every question goes to every size in turn."""
    search = {sized.size: list[float]() for sized in built}
    chroma = {sized.size: list[float]() for sized in built}
    for _ in range(run.rounds):
        took = [
            [(_search(sized, text, vector), _near(sized, vector)) for sized in built]
            for text, vector in zip(asked, vectors, strict=True)
        ]
        medians = np.median(np.array(took), axis=0) * 1000
        for sized, (whole, near) in zip(built, medians.tolist(), strict=True):
            search[sized.size].append(whole)
            chroma[sized.size].append(near)
    for size, times in search.items():
        yield Figure(f"{size:,} passages: search, p50", tuple(times), "ms")
        yield Figure(f"{size:,} passages: of it the nearest vectors", tuple(chroma[size]), "ms")
    least, most = min(search), max(search)
    ratio = ratios(tuple(search[most]), tuple(search[least]))
    yield Figure(f"search at {most:,} / at {least:,}", ratio, "x", at_most=4)


def _search(sized: _Sized, text: str, vector: Vectors) -> float:
    return seconds(lambda: sized.search.find_by(vector, text, 8))


def _near(sized: _Sized, vector: Vectors) -> float:
    return seconds(lambda: sized.index.nearest(vector, 50))


def _exactness(sized: _Sized, asked: Sequence[str], vectors: Vectors) -> Iterator[Figure]:
    exact = ExactIndex(sized.index.passages, sized.index.vectors)
    search = PassageSearch(exact, LocalEmbeddings())
    near = [_positions(sized.index.nearest(vector, 50)) == _positions(exact.nearest(vector, 50)) for vector in vectors]
    found = [
        [one.passage.order for one in sized.search.find_by(vector, text, 5)]
        == [one.passage.order for one in search.find_by(vector, text, 5)]
        for text, vector in zip(asked, vectors, strict=True)
    ]
    what = f"{sized.size:,} passages: of {len(asked)} questions with the exact"
    yield Figure(f"{what} five nearest vectors", (100 * float(np.mean(near)),), "%", at_least=99)
    yield Figure(f"{what} five best passages", (100 * float(np.mean(found)),), "%", at_least=99)


def _positions(found: Sequence[tuple[int, float]]) -> list[int]:
    return [position for position, _ in found[:5]]
