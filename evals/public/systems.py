"""The systems compared on evidence: the reader as served, the judge before, late interaction, embedding, BM25."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from assistant.calibrated import CalibratedJudge
from assistant.cross_encoder import CrossEncoder
from assistant.domain import Question
from assistant.matching import PassageReader, QuestionReader, Read
from assistant.ranking import Aim, Ranked
from assistant.reading import Reader
from assistant.sentence_reader import Judgement, SentenceReader
from assistant.trained import TrainedJudge
from knowledge.domain import Block, BlockKind, Campaign, Evidence, Pack, PackDocument, Passage
from knowledge.embedding import LocalEmbeddings, TokenStates
from knowledge.ingesting import PASSAGE_TOKENS
from knowledge.lexical import LexicalIndex
from knowledge.passages import split
from knowledge.sentences import sentences


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a system makes of evidence: the higher `score`, the likelier it answers.

    `best` is the sentence that it ranks first, all of them where several rank alike, and none where it shows none.
    """

    score: float
    best: tuple[str, ...]


System = Callable[[Question, Sequence[Passage]], Verdict]


def passages_of(texts: Iterable[str], embeddings: LocalEmbeddings) -> tuple[Passage, ...]:
    """The texts cut as an ingest cuts them, each a document of its own."""
    documents = tuple(PackDocument("", "", "", (Block(BlockKind.PARAGRAPH, text),)) for text in texts)
    pack = Pack(Campaign("public", "Public data"), documents, "")
    return split(pack, max_tokens=PASSAGE_TOKENS, count_tokens=embeddings.count_tokens)


def systems(texts: Sequence[str], embeddings: LocalEmbeddings) -> Mapping[str, System]:
    """By name; what they know of words beforehand is from the texts, as from a pack."""
    corpus = passages_of(texts, embeddings)
    questions, passages = QuestionReader(embeddings), PassageReader(embeddings)
    return {
        "reader": read_by(SentenceReader(questions, passages, corpus, TrainedJudge(CrossEncoder()))),
        "calibrated": read_by(SentenceReader(questions, passages, corpus, CalibratedJudge())),
        "late interaction": read_by(SentenceReader(questions, passages, corpus, LateInteraction())),
        "embedding": by_embedding(embeddings),
        "BM25": by_words([sentence for passage in corpus for sentence in _sentences(passage)]),
    }


class LateInteraction:
    """A judge by nothing but the mean nearness of the question's words, weighed by how telling they are (ColBERT)."""

    def judge(
        self,
        aim: Aim,  # noqa: ARG002 - what is asked for does not count here
        question: TokenStates,  # noqa: ARG002
        ranked: Sequence[Ranked],
        passages: Sequence[Read],  # noqa: ARG002
    ) -> Judgement:
        best = sorted((replace(one, rank=one.match.soft) for one in ranked), key=lambda one: -one.rank)
        return Judgement(best, (), best[0].rank, -1.0, -1.0)


def read_by(reader: Reader) -> System:
    """A reader as it is served. Of a question of several parts the likeliest counts, as in `evals.scoring`."""

    def judge(question: Question, passages: Sequence[Passage]) -> Verdict:
        # Nothing was searched for: all passages are as near as one another.
        parts = reader.read(question, [Evidence(passage, 1.0, 0.0, 0.0) for passage in passages]).parts
        shown = [support for part in parts for support in (*part.supports, *part.nearest)]
        most = max((support.score for support in shown), default=0.0)
        best = dict.fromkeys(support.quote for support in shown if support.score == most)
        return Verdict(max(part.probability for part in parts), tuple(best))

    return judge


def by_embedding(embeddings: LocalEmbeddings) -> System:
    """The cosine of the question with the nearest sentence."""
    known: dict[str, NDArray[np.float32]] = {}

    def vectors(texts: Sequence[str]) -> NDArray[np.float32]:
        fresh = [text for text in dict.fromkeys(texts) if text not in known]
        known.update(zip(fresh, embeddings.vectors(fresh), strict=True))
        return np.array([known[text] for text in texts])

    def judge(question: Question, passages: Sequence[Passage]) -> Verdict:
        found = [sentence for passage in passages for sentence in _sentences(passage)]
        return _best(found, vectors(found) @ vectors([question.text])[0])

    return judge


def by_words(texts: Sequence[str]) -> System:
    """BM25 of the question with the sentence that shares most with it; the sentences are among the texts."""
    places = {text: place for place, text in enumerate(dict.fromkeys(texts))}
    index = LexicalIndex(places)

    def judge(question: Question, passages: Sequence[Passage]) -> Verdict:
        found = [sentence for passage in passages for sentence in _sentences(passage)]
        return _best(found, index.scores(question.text)[[places[sentence] for sentence in found]])

    return judge


def _sentences(passage: Passage) -> list[str]:
    return [passage.text[start:end] for start, end in sentences(passage.text)]


def _best(found: Sequence[str], scores: NDArray[np.float32]) -> Verdict:
    most = scores.max()
    return Verdict(float(most), tuple(one for one, score in zip(found, scores, strict=True) if score == most))
