"""Figures of evidence that is judged: is the best sentence one that answers, and is it told apart from none?"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from assistant.conversation import restated
from evals.measures.judging import abstention_recall_at_5, auroc
from evals.public.figures import PublicFigure, apart, interval, mean_of
from evals.public.sets import Example, ExampleSet, Truth
from evals.public.systems import System, Verdict, passages_of, systems
from knowledge.embedding import LocalEmbeddings

Track = Callable[[Sequence[Example], str], Iterable[Example]]
Judged = Sequence[tuple[Example, Verdict]]

SELECTION = "sentence selection"
ANSWERABLE = "answerable or not"


def judged_figures(own: ExampleSet, embeddings: LocalEmbeddings, track: Track) -> Iterator[PublicFigure]:
    """Every example of the set judged by every system; a conversation's question is first made to stand alone."""
    compared = systems(own.texts, embeddings)
    judged: dict[str, list[tuple[Example, Verdict]]] = {name: [] for name in compared}
    for example in track(own.examples, own.name):
        for name, verdict in _verdicts(example, compared, embeddings):
            judged[name].append((example, verdict))
    for name, rows in judged.items():
        yield from _selection(own.name, name, [row for row in rows if row[0].answering])
        yield from _told_apart(own.name, name, [row for row in rows if row[0].truth is not Truth.LEFT_OUT])
        yield from _told_apart(f"{own.name}, evidence left out", name, list(_twins(rows)), each=2)


def hit(example: Example, verdict: Verdict) -> float:
    """1 where the sentence ranked first is, or is part of, one that answers; of several ranked alike, their share.

    Nothing shown is a miss.
    """
    hits = [any(best in sentence for sentence in example.answering) for best in verdict.best]
    return sum(hits) / len(hits) if hits else 0.0


def _verdicts(
    example: Example, compared: Mapping[str, System], embeddings: LocalEmbeddings
) -> Iterator[tuple[str, Verdict]]:
    question, passages = restated(example.question), passages_of(example.texts, embeddings)
    for name, judge in compared.items():
        yield name, judge(question, passages)


def _selection(set_name: str, system: str, rows: Judged) -> Iterator[PublicFigure]:
    if not rows:
        return
    hits = [hit(example, verdict) for example, verdict in rows]
    shown = [float(bool(verdict.best)) for _, verdict in rows]
    for measure, values in (("hit@1", hits), ("shown", shown)):
        figure = interval(mean_of(values), len(rows))
        yield PublicFigure(SELECTION, set_name, system, measure, *figure, examples=len(rows))


def _told_apart(set_name: str, system: str, rows: Judged, *, each: int = 1) -> Iterator[PublicFigure]:
    answerable = [example.truth is Truth.ANSWERS for example, _ in rows]
    if len(set(answerable)) < 2:
        return
    scores = [verdict.score for _, verdict in rows]
    for measure, of in (("AUROC", auroc), ("abstention at 5%", abstention_recall_at_5)):
        figure = interval(apart(of, scores, answerable), len(rows) // each, each=each)
        yield PublicFigure(ANSWERABLE, set_name, system, measure, *figure, examples=len(rows))


def _twins(rows: Judged) -> Iterator[tuple[Example, Verdict]]:
    """Each that has the evidence left out, after the one that it was made from."""
    answers = {example.id: (example, verdict) for example, verdict in rows if example.truth is Truth.ANSWERS}
    for row in rows:
        if row[0].truth is Truth.LEFT_OUT:
            yield answers[row[0].id]
            yield row
