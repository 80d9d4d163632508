"""The judge that was trained: a cross-encoder reads the likeliest sentences, a regression weighs what it finds.

The coefficients in models/reader/calibration.json come from `python -m training.calibrate`.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import READER, CrossEncoder, Place
from assistant.kinds import Kind
from assistant.matching import Floats, Read
from assistant.ranking import ROWS, Aim, Ranked, is_hard, lacks_kind, signs
from assistant.sentence_reader import Judgement, chance_of
from knowledge.embedding import TokenStates

READ = 10
"""Sentences that the model reads: of those that answer, the first ten by words hold nearly all (docs/reader.md)."""

_FILE = READER.path.with_name("calibration.json")
_MUST_HOLD = frozenset({Kind.PLACE, Kind.DURATION, Kind.FREQUENCY, Kind.NUMBER, Kind.NAME})
_KIND_LACKING = 1.0
"""Log-odds off where the question waits for one of these and the best sentence holds none: set by hand, as the
held-out questions are too few to fit it. Sums and dates are left to the regression: they are told in too many ways.
"""
_BEHIND = 0.05
"""More than what is close enough in rank to be said beside the best, less than what makes a list one."""
_NEAR = 2.0
"""Log-odds below the line at which the nearest sentences are no longer near."""


@dataclass(frozen=True, slots=True)
class TrainedCalibration:
    """`by_words` weighs a rank by words beside the model's log-odds, which are taken `per_rank` to one unit of rank.

    Log-odds that the evidence answers: `intercept` + `weights` x `features`. `line` is the operating point; `support`
    is the one of the model's log-odds that a sentence supports a claim.
    """

    by_words: float
    per_rank: float
    intercept: float
    weights: tuple[float, ...]
    line: float
    support: float

    @classmethod
    def load(cls, path: Path = _FILE) -> "TrainedCalibration":
        """The committed coefficients."""
        fields = json.loads(path.read_text(encoding="utf-8"))
        return cls(**{**fields, "weights": tuple(fields["weights"])})


class TrainedJudge:
    """Judges by what the cross-encoder reads in the likeliest sentences."""

    def __init__(self, model: CrossEncoder) -> None:
        self._model = model

    def judge(self, aim: Aim, question: TokenStates, ranked: Sequence[Ranked], passages: Sequence[Read]) -> Judgement:
        given = calibration()
        likely = once(ranked, passages)[:READ]
        odds = self.read(question, likely, passages)
        ranks = [
            given.by_words * one.rank + own / given.per_rank for one, own in zip(likely, odds.tolist(), strict=True)
        ]
        order = sorted(range(len(ranks)), key=lambda place: -ranks[place])
        best = [replace(likely[place], rank=ranks[place]) for place in order]
        log_odds = given.intercept + float(np.dot(given.weights, features(aim, best, odds[order])))
        log_odds -= kind_lacking(aim, best[0])
        chances = [chance_of(float(odds[place])) for place in order]
        return Judgement(_apart(best, chances), chances, log_odds, given.line, given.line - _NEAR)

    def read(self, question: TokenStates, ranked: Sequence[Ranked], passages: Sequence[Read]) -> Floats:
        """The model's log-odds that each sentence answers."""
        return self._model.log_odds(question.lower, [_place(one, passages[one.match.place]) for one in ranked])


def _apart(ranked: Sequence[Ranked], chances: Sequence[float]) -> list[Ranked]:
    """Those that more likely than not don't answer fall behind the best, so that they are not said beside it."""
    rest = zip(ranked[1:], chances[1:], strict=True)
    return [ranked[0], *(replace(one, rank=one.rank - _BEHIND) if chance < 0.5 else one for one, chance in rest)]


def once(ranked: Sequence[Ranked], passages: Sequence[Read]) -> list[Ranked]:
    """Rows are read whole, so that only the best line of each counts."""
    seen: set[int] = set()
    kept = []
    for one in ranked:
        if passages[one.match.place].passage.kind in ROWS:
            if one.match.place in seen:
                continue
            seen.add(one.match.place)
        kept.append(one)
    return kept


def features(aim: Aim, ranked: Sequence[Ranked], odds: Floats) -> NDArray[np.float64]:
    """What is known of the best sentences, `odds` in their order.

    The model's log-odds of the best, of the next, and that any answers; whether the kind of answer is lacking; whether
    the sentences state the subject asked for, or are silent on it; whether one of them holds the very kind of answer
    and states the subject, and whether that kind is how often; and `ranking.SIGNS`.
    """
    named = aim.subject is not None and aim.subject.stated is not None
    stated = named and any(found.stated and found.held for found in ranked)
    silent = float(np.sum(np.logaddexp(0, odds.astype(np.float64))))
    return np.array(
        [
            odds[0],
            odds[1] if len(odds) > 1 else odds[0],
            float(np.log(np.expm1(min(silent, 30.0)))),
            lacks_kind(aim, ranked[0]),
            stated,
            named and not stated,
            stated and is_hard(aim),
            stated and aim.kind is Kind.FREQUENCY,
            *signs(aim, ranked),
        ],
        dtype=np.float64,
    )


def kind_lacking(aim: Aim, best: Ranked) -> float:
    """What a question for a place, a number ... loses when the best sentence holds none."""
    return _KIND_LACKING if aim.kind in _MUST_HOLD and not best.held else 0.0


def _place(one: Ranked, passage: Read) -> Place:
    whole = passage.passage.kind in ROWS
    return Place(passage, None if whole else passage.spans.index((one.match.start, one.match.end)))


def trained_by() -> str:
    """Which model and calibration are at work: the SHA-256 of both."""
    return hashlib.sha256(READER.sha256.encode() + _FILE.read_bytes()).hexdigest()


@cache
def calibration() -> TrainedCalibration:
    """The committed coefficients, read once."""
    return TrainedCalibration.load()
