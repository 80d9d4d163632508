"""Figures of passages that are searched for, through ir-measures: nDCG@5 and MRR."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

import numpy as np

from assistant.conversation import restated
from assistant.domain import Question
from evals.public.figures import PublicFigure, interval, mean_of
from evals.public.sets import Asked, Collection
from knowledge.domain import BlockKind, Passage
from knowledge.embedding import LocalEmbeddings
from knowledge.lexical import LexicalIndex
from knowledge.search import ExactIndex, PassageSearch, Vector, words_of

Track = Callable[[Sequence[Asked], str], Iterable[Asked]]
Rank = Callable[[Asked], Sequence[int]]

RETRIEVAL = "retrieval"
_DEPTH = 50


def searched_figures(own: Collection, embeddings: LocalEmbeddings, track: Track) -> Iterator[PublicFigure]:
    """Every question of the collection asked of every search."""
    searches = _searches(own, embeddings)
    ranked: dict[str, list[Sequence[int]]] = {name: [] for name in searches}
    for asked in track(own.asked, own.name):
        for name, rank in searches.items():
            ranked[name].append(rank(asked)[:_DEPTH])
    for name, rankings in ranked.items():
        for measure, values in measured([asked.answers for asked in own.asked], rankings).items():
            figure = interval(mean_of(values), len(values))
            yield PublicFigure(RETRIEVAL, own.name, name, measure, *figure, examples=len(values))


def measured(answers: Sequence[frozenset[int]], rankings: Sequence[Sequence[int]]) -> dict[str, list[float]]:
    """nDCG@5 and reciprocal rank of each question, in their order; what answers all weighs the same."""
    import ir_measures

    qrels = {str(number): {str(place): 1 for place in own} for number, own in enumerate(answers)}
    run = {
        str(number): {str(place): 1 / rank for rank, place in enumerate(own, start=1)}
        for number, own in enumerate(rankings)
    }
    names = {ir_measures.nDCG @ 5: "nDCG@5", ir_measures.RR: "MRR"}
    values = {name: [0.0] * len(answers) for name in names.values()}
    for metric in ir_measures.iter_calc(list(names), qrels, run):
        values[names[metric.measure]][int(metric.query_id)] = metric.value
    return values


def as_passage(text: str, place: int) -> Passage:
    """A text that stands alone as the passage at this place."""
    return Passage(
        id=str(place),
        document="",
        title="",
        heading=(),
        text=text,
        kind=BlockKind.PARAGRAPH,
        lead_in="",
        label="",
        page=None,
        start=0,
        end=len(text),
        group=0,
        order=place,
    )


@lru_cache(maxsize=1)
def _vectors(texts: tuple[str, ...], embeddings: LocalEmbeddings) -> Vector:
    """Remembered for the collection that comes next: guidance is searched twice."""
    return embeddings.vectors(texts)


def _searches(own: Collection, embeddings: LocalEmbeddings) -> Mapping[str, Rank]:
    """The product's search gets a question made to stand alone and the words before it; the bare ones the question."""
    passages = tuple(as_passage(text, place) for place, text in enumerate(own.passages))
    index = ExactIndex(passages, _vectors(own.passages, embeddings))
    search, words = PassageSearch(index, embeddings), LexicalIndex(own.passages)

    def ours(asked: Asked) -> Sequence[int]:
        question = restated(Question(asked.text, asked.turns))
        lexical = words_of([*(turn.question for turn in question.history), question.text])
        found = search.find(question.text, lexical_query=lexical, limit=_DEPTH)
        return [evidence.passage.order for evidence in found]

    def nearest(asked: Asked) -> Sequence[int]:
        return [place for place, _ in index.nearest(embeddings.vectors([asked.text])[0], _DEPTH)]

    def sharing(asked: Asked) -> Sequence[int]:
        scores = words.scores(asked.text)
        order: list[int] = np.argsort(-scores, kind="stable").tolist()
        return [place for place in order[:_DEPTH] if scores[place] > 0]

    return {"search": ours, "embedding": nearest, "BM25": sharing}
