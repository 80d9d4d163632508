"""The shapes that a reader could have, compared on what was held out: `python -m training.shapes DATA`.

Prints one table in Markdown, with 95% percentile bootstrap intervals over questions.
"""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.calibrated import log_odds_of
from evals.measures.judging import abstention_recall_at_5, auroc
from training.calibrate import cross_validated, evenly, sources_of
from training.seen import Seen, held_out, seen_of

Floats = NDArray[np.float64]

_RESAMPLES = 1000


@dataclass(frozen=True, slots=True)
class Verdicts:
    """What a shape makes of each question: the score that it is answered, and whether its first sentence answers."""

    scores: Floats
    hits: Floats


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m training.shapes", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of public question sets")
    parser.add_argument("--seed", type=int, default=2)
    given = parser.parse_args()
    seen = list(seen_of(held_out(given.data, given.seed)))
    found = _shapes(seen, given.seed)
    print("| set | questions | shape | hit@1 | AUROC | abstention at 5% |")
    print("| --- | ---: | --- | --- | --- | --- |")
    for source in sources_of(seen):
        own = np.array([one.source == source for one in seen])
        answerable = np.array([one.answerable for one in seen], dtype=np.float64)[own]
        for name, verdicts in found.items():
            print(row_of(source, name, Verdicts(verdicts.scores[own], verdicts.hits[own]), answerable))
    return 0


def row_of(source: str, name: str, verdicts: Verdicts, answerable: Floats) -> str:
    """A line of the table; `answerable` is 1 for each question that some sentence answers, else 0."""
    cells = " | ".join(_cells(verdicts.scores, verdicts.hits, answerable))
    return f"| {source} | {len(answerable)} | {name} | {cells} |"


def _shapes(seen: Sequence[Seen], seed: int) -> Mapping[str, Verdicts]:
    truth = np.array([one.answerable for one in seen], dtype=np.float64)
    weights = evenly([one.source for one in seen])
    rows = np.array([one.features(0.0) for one in seen])
    return {
        "embedding": _by(seen, lambda one: [each.match.dense for each in one.ranked]),
        "late interaction": _by(seen, lambda one: [each.match.soft for each in one.ranked]),
        "calibrated signs": Verdicts(
            np.array([log_odds_of(one.aim, one.ranked) for one in seen]),
            np.array([one.truth[0] for one in seen], dtype=np.float64),
        ),
        "cross-encoder": _by(seen, lambda one: one.odds.tolist()),
        "cross-encoder and signs": Verdicts(
            cross_validated(rows, truth, weights, seed),
            np.array([one.truth[one.best_first(0.0)[0]] for one in seen], dtype=np.float64),
        ),
    }


def _by(seen: Sequence[Seen], scores_of: Callable[[Seen], Sequence[float]]) -> Verdicts:
    """A shape that gives a score to each sentence and takes the highest for the whole."""
    scores = [np.array(scores_of(one)) for one in seen]
    hits = [one.truth[int(own.argmax())] for one, own in zip(seen, scores, strict=True)]
    return Verdicts(np.array([own.max() for own in scores]), np.array(hits, dtype=np.float64))


def _cells(scores: Floats, hits: Floats, answerable: Floats) -> list[str]:
    columns = np.stack([scores, answerable, np.zeros_like(scores)])
    answered = hits[answerable == 1]
    cells = [_with_interval(lambda rows: float(answered[rows].mean()), len(answered))]
    for measure in (auroc, abstention_recall_at_5):
        if len(set(answerable)) < 2:
            cells.append("-")
            continue

        def value(rows: NDArray[np.intp], measure: Callable[[Floats], Floats] = measure) -> float:
            return float(measure(columns[:, rows]))

        cells.append(_with_interval(value, len(scores)))
    return cells


def _with_interval(value: Callable[[NDArray[np.intp]], float], size: int) -> str:
    rng = np.random.default_rng(0)
    drawn = [value(rng.integers(0, size, size)) for _ in range(_RESAMPLES)]
    low, high = np.nanquantile(drawn, (0.025, 0.975))
    return f"{value(np.arange(size)):.3f} ({low:.3f} to {high:.3f})"


if __name__ == "__main__":
    sys.exit(main())
