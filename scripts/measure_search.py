"""Compare our search with its halves, with reciprocal rank fusion and with LangChain's tutorial pipeline.

    python -m scripts.measure_search ../shared/evaldata

All use the local embedding. A ranking is 50 passages deep; in a conversation every system gets the last question, and
those whose name says so, RRF and ours look for the words of the two before it as well.
"""

import re
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from langchain_core.embeddings import Embeddings
from numpy.typing import NDArray

from evals.public.searching import as_passage
from knowledge.embedding import LocalEmbeddings
from knowledge.lexical import LexicalIndex
from knowledge.search import ExactIndex, PassageSearch, words_of
from scripts.retrieval import MEASURES, Asked, Collection, collections, interval, measure

__all__ = ["Remembered", "as_passage"]

_DEPTH = 50
_RRF = 60
_RECALL = MEASURES.index("recall@5")

Rank = Callable[[Asked], Sequence[int]]


class Remembered(Embeddings):
    """The local embedding, each text once."""

    def __init__(self) -> None:
        self._embeddings = LocalEmbeddings()
        self._known: dict[str, list[float]] = {}

    def embed_documents(self, texts: list[str]) -> list[list[float]]:
        fresh = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known |= dict(zip(fresh, self._embeddings.embed_documents(fresh), strict=True))
        return [self._known[text] for text in texts]

    def embed_query(self, text: str) -> list[float]:
        return self.embed_documents([text])[0]


def main(evaldata: Path) -> int:
    embeddings = Remembered()
    parts = collections(evaldata)
    scores: dict[str, list[NDArray[np.float64]]] = {}
    for part in parts:
        for name, rank in _systems(part, embeddings).items():
            rows = [measure(rank(asked)[:_DEPTH], asked.answers) for asked in part.asked]
            scores.setdefault(name, []).append(np.array(rows))
    _print_parts(parts, scores)
    _print_differences(parts, scores)
    return 0


def _systems(part: Collection, embeddings: Remembered) -> dict[str, Rank]:
    passages = tuple(as_passage(text, place) for place, text in enumerate(part.passages))
    vectors = np.array(embeddings.embed_documents([passage.searchable for passage in passages]), dtype=np.float32)
    index = ExactIndex(passages, vectors)
    words, all_words = LexicalIndex(part.passages), LexicalIndex(part.passages, stop_words=frozenset())
    search = PassageSearch(index, embeddings)

    def dense(text: str) -> list[int]:
        vector = np.array(embeddings.embed_query(text), dtype=np.float32)
        return [position for position, _ in index.nearest(vector, _DEPTH)]

    def ours(asked: Asked) -> list[int]:
        found = search.find(asked.text, lexical_query=_three(asked), limit=_DEPTH)
        return [evidence.passage.order for evidence in found]

    return {
        "LangChain tutorial (1000/200, Chroma)": _tutorial(part, embeddings),
        "dense": lambda asked: dense(asked.text),
        "dense, three turns": lambda asked: dense(_three(asked)),
        "BM25": lambda asked: _by_score(words, asked.text),
        "BM25, three turns": lambda asked: _by_score(words, _three(asked)),
        "BM25, three turns, no stop words": lambda asked: _by_score(all_words, _three(asked)),
        "RRF": lambda asked: _fused(dense(asked.text), _by_score(words, _three(asked))),
        "ours": ours,
    }


def _tutorial(part: Collection, embeddings: Remembered) -> Rank:
    """Pieces of passages stand for their passage; twice as many are asked for, so that none of the passages lacks."""
    from langchain_chroma import Chroma
    from langchain_core.documents import Document
    from langchain_text_splitters import RecursiveCharacterTextSplitter

    whole = [Document(text, metadata={"place": place}) for place, text in enumerate(part.passages)]
    pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(whole)
    store = Chroma(collection_name=re.sub(r"\W+", "-", part.name), embedding_function=embeddings)
    store.add_documents(pieces)

    def rank(asked: Asked) -> Sequence[int]:
        found = store.similarity_search(asked.text, k=2 * _DEPTH)
        return list(dict.fromkeys(int(document.metadata["place"]) for document in found))

    return rank


def _three(asked: Asked) -> str:
    return words_of((*asked.earlier, asked.text))


def _by_score(words: LexicalIndex, query: str) -> list[int]:
    scores = words.scores(query)
    order: list[int] = np.argsort(-scores, kind="stable")[:_DEPTH].tolist()
    return [position for position in order if scores[position] > 0]


def _fused(*rankings: Sequence[int]) -> list[int]:
    total: dict[int, float] = {}
    for ranking in rankings:
        for rank, position in enumerate(ranking, start=1):
            total[position] = total.get(position, 0.0) + 1 / (_RRF + rank)
    return sorted(total, key=lambda position: (-total[position], position))


def _print_parts(parts: Sequence[Collection], scores: dict[str, list[NDArray[np.float64]]]) -> None:
    print(f"Each cell: {', '.join(MEASURES)}\n")
    print("| search | " + " | ".join(f"{part.name} ({len(part.asked)})" for part in parts) + " |")
    print("| --- " * (len(parts) + 1) + "|")
    for name, rows in scores.items():
        print(f"| {name} | " + " | ".join(" ".join(f"{mean:.3f}" for mean in row.mean(axis=0)) for row in rows) + " |")


def _print_differences(parts: Sequence[Collection], scores: dict[str, list[NDArray[np.float64]]]) -> None:
    """recall@5 of ours less theirs. Guidance stands apart from conversations, which are of another kind."""
    groups = {
        "guidance": [0],
        "guidance, with scenario": [1],
        "conversations": [place for place, part in enumerate(parts) if part.name.startswith("conversations")],
    }
    print("\nrecall@5, ours less theirs (95% interval)\n\n| less | " + " | ".join(groups) + " |")
    print("| --- " * (len(groups) + 1) + "|")
    for name, rows in scores.items():
        cells = []
        for places in groups.values():
            gains = np.concatenate([scores["ours"][place] - rows[place] for place in places])[:, _RECALL]
            low, high = interval(gains)
            cells.append(f"{gains.mean():+.3f} ({low:+.3f} to {high:+.3f})")
        if name != "ours":
            print(f"| {name} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m scripts.measure_search EVALDATA")
    sys.exit(main(Path(sys.argv[1])))
