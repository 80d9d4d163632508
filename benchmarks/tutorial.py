"""Question to evidence against LangChain's tutorial: RecursiveCharacterTextSplitter 1000/200, Chroma, k=4."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np
from chromadb.config import Settings as ChromaSettings
from langchain_chroma import Chroma
from langchain_core.documents import Document
from langchain_core.embeddings import Embeddings
from langchain_text_splitters import RecursiveCharacterTextSplitter
from numpy.typing import NDArray

from assistant.domain import Question
from assistant.served_pack import ServedPack
from benchmarks.figures import Figure, Run, ratios, seconds
from benchmarks.texts import PACK, Blended, pack_of, passages_of, public_questions, public_texts, questions
from knowledge.domain import Pack
from knowledge.embedding import LocalEmbeddings
from knowledge.pack import load_pack
from knowledge.search import ExactIndex, PassageSearch, words_of
from knowledge.store import PassageStore
from scripts.measure_search import Remembered, as_passage
from scripts.retrieval import MEASURES, Asked, Collection, collections, interval, measure

_FOUND = 4
# More than the assistant remembers, so that each goes through the model in each round.
_QUESTIONS = 100
_ADDED_AT_ONCE = 1000
_RECALL = MEASURES.index("recall@5")
_PIECES = 20
"""Asked of the tutorial for recall@5: several of its pieces may be of one passage."""


def figures(run: Run) -> Iterator[Figure]:
    """Both with the same embedding, question by question in turn."""
    pack = load_pack(PACK)
    texts = [document.text for document in pack.documents]
    yield from _times(run, "the real pack", pack, texts, questions()[:_QUESTIONS], LocalEmbeddings())
    if not run.evaldata:
        return
    texts = public_texts(run.evaldata, 100 if run.quick else 5_000)
    asked = public_questions(run.evaldata, _QUESTIONS)
    yield from _times(run, f"{len(texts):,} public texts", pack_of(texts), texts, asked, Blended(texts[:200]))
    parts = collections(run.evaldata)
    yield from _recall(run.folder, [parts[-1]] if run.quick else parts)


def _times(
    run: Run, what: str, pack: Pack, texts: Sequence[str], asked: Sequence[str], model: LocalEmbeddings
) -> Iterator[Figure]:
    store = PassageStore(run.folder / f"ours, {what}")
    store.build(pack, passages_of(pack), model)
    tutorial = _tutorial(texts, model, run.folder / f"theirs, {what}")
    served_pack = ServedPack(store, model)
    served_pack.start()
    try:
        with served_pack.lease() as opened:
            ways = (lambda text: opened.search(Question(text)), partial(tutorial.similarity_search, k=_FOUND))
            yield from _compared(run, what, asked, ways)
    finally:
        served_pack.stop()


def _compared(run: Run, what: str, asked: Sequence[str], ways: Sequence[Callable[[str], object]]) -> Iterator[Figure]:
    """The median question of each round."""
    rounds = []
    for number in range(run.rounds + 1):
        order = ways[:: -1 if number % 2 else 1]
        took = [[seconds(partial(way, text)) for way in order][:: -1 if number % 2 else 1] for text in asked]
        rounds.append(np.median(np.array(took), axis=0) * 1000)
    # The first round loads what is loaded at the first question.
    ours, theirs = zip(*(each.tolist() for each in rounds[1:]), strict=True)
    yield Figure(f"{what}: ours / tutorial", ratios(ours, theirs), "x", at_most=1)
    yield Figure(f"{what}: ours, p50", ours, "ms")
    yield Figure(f"{what}: tutorial, p50", theirs, "ms")


def _recall(folder: Path, parts: Sequence[Collection]) -> Iterator[Figure]:
    """The figure is the difference; the report shows its 95% interval over the questions where rounds stand else."""
    embeddings = Remembered()
    gains = {part.name: _gains(part, embeddings, folder) for part in parts}
    for group in dict.fromkeys(name.split(",")[0] for name in gains):
        own = np.concatenate([rows for name, rows in gains.items() if name.split(",")[0] == group])
        low, high = interval(own[:, 0] - own[:, 1])
        ours, theirs = own.mean(axis=0).tolist()
        what = f"{group} ({len(own)} questions): recall@5"
        yield Figure(f"{what}, ours", (ours,), "")
        yield Figure(f"{what}, tutorial", (theirs,), "")
        yield Figure(f"{what}, difference with its 95% interval", (low, ours - theirs, high), "", above=0)


def _gains(part: Collection, embeddings: Remembered, folder: Path) -> NDArray[np.float64]:
    """recall@5 of each question, (questions, 2): ours, the tutorial's."""
    passages = tuple(as_passage(text, place) for place, text in enumerate(part.passages))
    vectors = np.array(embeddings.embed_documents(list(part.passages)), dtype=np.float32)
    search = PassageSearch(ExactIndex(passages, vectors), embeddings)
    tutorial = _tutorial(part.passages, embeddings, folder / f"recall, {part.name}")

    def ours(asked: Asked) -> list[int]:
        found = search.find(asked.text, lexical_query=words_of((*asked.earlier, asked.text)), limit=5)
        return [one.passage.order for one in found]

    def theirs(asked: Asked) -> list[int]:
        found = tutorial.similarity_search(asked.text, k=_PIECES)
        return list(dict.fromkeys(int(piece.metadata["place"]) for piece in found))

    ways = (ours, theirs)
    return np.array([[measure(way(asked), asked.answers)[_RECALL] for way in ways] for asked in part.asked])


def _tutorial(texts: Sequence[str], embeddings: Embeddings, folder: Path) -> Chroma:
    whole = [Document(text, metadata={"place": place}) for place, text in enumerate(texts)]
    pieces = RecursiveCharacterTextSplitter(chunk_size=1000, chunk_overlap=200).split_documents(whole)
    settings = ChromaSettings(_env_file=None, anonymized_telemetry=False, is_persistent=True)  # type: ignore[call-arg]
    store = Chroma("tutorial", embeddings, persist_directory=str(folder), client_settings=settings)
    for begin in range(0, len(pieces), _ADDED_AT_ONCE):
        store.add_documents(pieces[begin : begin + _ADDED_AT_ONCE])
    return store
