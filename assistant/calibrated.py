"""A reader without training of its own: cheap signs of a fit, weighed by a fitted logistic regression.

The coefficients in calibration.json come from scripts/fit_reader.py, which prints their cross-validated figures.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.choosing import choose
from assistant.domain import Question
from assistant.kinds import kind_asked
from assistant.matching import PassageReader, QuestionReader, Read, Weights, asked, match
from assistant.missing import missing_words
from assistant.parts import parts_of
from assistant.ranking import Aim, Ranked, lacks_kind, rank, signs
from assistant.reading import Part, Reading, Support
from assistant.spelling import Speller
from assistant.subjects import asked_about
from knowledge.domain import Evidence
from knowledge.sentences import sentences

_FILE = Path(__file__).with_name("calibration.json")
_MOST_PARTS = 4
_SHOWN_NEAR = 2
_NEAR = 2.0
"""Log-odds below the line at which the nearest sentences are no longer near."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """Log-odds that evidence answers: `intercept` + `weights` x ranking.SIGNS, and what kind and subject add."""

    intercept: float
    weights: tuple[float, ...]
    kind_lacking: float
    subject_stated: float
    subject_silent: float
    line: float

    @classmethod
    def load(cls, path: Path = _FILE) -> "Calibration":
        """The committed coefficients."""
        fields = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**fields, "weights": tuple(fields["weights"])})


class CalibratedReader:
    """Judges by late interaction, coverage, the kind of answer and the subject asked for, part by part."""

    def __init__(self, questions: QuestionReader, passages: PassageReader, weights: Weights, speller: Speller) -> None:
        self._questions = questions
        self._passages = passages
        self._weights = weights
        self._speller = speller
        self._calibration = _calibration()

    def read(self, question: Question, evidence: Sequence[Evidence]) -> Reading:
        """The first few parts of the question, each against all of the evidence."""
        texts = [self._speller.corrected(part) for part in parts_of(question.text)[:_MOST_PARTS]]
        states = self._questions.token_states(texts)
        passages = self._passages.read([found.passage for found in evidence])
        parts = []
        for text, state in zip(texts, states, strict=True):
            aim = Aim(text, asked(text, state, self._weights), kind_asked(_last(text)), asked_about(_last(text)))
            parts.append(self._part(aim, evidence, passages))
        return Reading(tuple(parts))

    def _part(self, aim: Aim, evidence: Sequence[Evidence], passages: Sequence[Read]) -> Part:
        ranked = rank(aim, match(aim.asked, passages), passages)
        if not ranked:
            return Part(aim.text, False, 0.0, (), (), missing_words(aim.text, aim.subjects))
        odds = self._odds(aim, ranked)
        answered = odds >= self._calibration.line
        supports = tuple(
            Support(evidence[found.match.place], found.match.text, found.rank) for found in ranked[:_SHOWN_NEAR]
        )
        return Part(
            asked=aim.text,
            answered=answered,
            probability=1 / (1 + float(np.exp(-odds))),
            supports=choose(aim, ranked, evidence) if answered else (),
            nearest=() if answered or odds < self._calibration.line - _NEAR else supports,
            missing="" if answered else missing_words(aim.text, aim.subjects),
        )

    def _odds(self, aim: Aim, ranked: Sequence[Ranked]) -> float:
        given = self._calibration
        odds = given.intercept + float(np.dot(given.weights, signs(aim, ranked)))
        if lacks_kind(aim, ranked[0]):
            odds += given.kind_lacking
        if aim.subject is None or aim.subject.stated is None:
            return odds
        stated = any(found.stated and found.held for found in ranked)
        return odds + (given.subject_stated if stated else given.subject_silent)


def _last(text: str) -> str:
    """The question itself, without what was said before it."""
    start, end = sentences(text)[-1]
    return text[start:end]


@cache
def _calibration() -> Calibration:
    return Calibration.load()
