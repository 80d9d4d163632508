"""A judge without a model of its own: cheap signs of a fit, weighed by a fitted logistic regression.

It was served before there was a trained judge, and is what that one has to beat; `evals.public` measures both. The
coefficients in calibration.json come from scripts/fit_reader.py, which prints their cross-validated figures.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np

from assistant.matching import Read
from assistant.ranking import Aim, Ranked, lacks_kind, signs
from assistant.sentence_reader import Judgement, chance_of
from knowledge.embedding import TokenStates

_FILE = Path(__file__).with_name("calibration.json")
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


class CalibratedJudge:
    """Judges by late interaction, coverage, the kind of answer and the subject asked for."""

    def judge(
        self,
        aim: Aim,
        question: TokenStates,  # noqa: ARG002 - a judge with a model reads it; here the words were matched already
        ranked: Sequence[Ranked],
        passages: Sequence[Read],  # noqa: ARG002
    ) -> Judgement:
        given = _calibration()
        log_odds = log_odds_of(aim, ranked)
        return Judgement(ranked, (chance_of(log_odds),), log_odds, given.line, given.line - _NEAR)


def log_odds_of(aim: Aim, ranked: Sequence[Ranked]) -> float:
    """By the fitted regression, that the ranked sentences answer."""
    given = _calibration()
    odds = given.intercept + float(np.dot(given.weights, signs(aim, ranked)))
    if lacks_kind(aim, ranked[0]):
        odds += given.kind_lacking
    if aim.subject is None or aim.subject.stated is None:
        return odds
    stated = any(found.stated and found.held for found in ranked)
    return odds + (given.subject_stated if stated else given.subject_silent)


@cache
def _calibration() -> Calibration:
    return Calibration.load()
