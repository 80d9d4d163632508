"""The reader's calibration, on what was held out: `python -m training.calibrate DATA`.

Every held-out question is read as the assistant reads it. A logistic regression over `assistant.trained.features` gives
the chance that the evidence answers, fitted on the campaigns; the line is set where a share of their answered questions
fall below it, and that of support where a share of the supported claims do. The figures printed for campaigns are of
folds that the regression did not see, split by question; the public ones are of the half that may be trained on, less
what was.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import READER
from assistant.trained import TrainedCalibration
from evals.measures.judging import abstention_recall_at_5, auroc
from evals.statistics import wilson
from training import claims
from training.seen import OWN, PER_RANK, Seen, held_out, seen_of, supported_of

Floats = NDArray[np.float64]

FALSE_ABSTENTION = 0.05
"""Of the answered held-out questions of campaigns, the share below the line."""
FALSELY_DROPPED = 0.02
"""Of the supported held-out claims, the share below the line of support."""
_OTHER_LINES = (0.03, 0.08, 0.12)
"""What other lines would give."""
_FOLDS = 5
_FITTED_ON = "campaigns"
"""What is nearest to what is served; the figures of the other sources are of a regression that saw none of them."""
_BY_WORDS = (0.0, 0.15, 0.3, 0.6)


def main() -> int:
    given = _options()
    seen = list(seen_of(held_out(given.data, given.seed)))
    by_words = max(_BY_WORDS, key=lambda share: _hits(seen, share, _FITTED_ON))
    for source in sources_of(seen):
        shares = "  ".join(f"{share:g}: {_hits(seen, share, source):.3f}" for share in _BY_WORDS)
        print(f"{source:9} hit@1 by share of the words' rank  {shares}")
    rows = np.array([one.features(by_words) for one in seen])
    truth = np.array([one.answerable for one in seen], dtype=np.float64)
    own = np.array([one.source == _FITTED_ON for one in seen])
    fitted = fit(rows[own], truth[own], np.ones(own.sum()))
    unseen = np.c_[rows, np.ones(len(rows))] @ fitted
    unseen[own] = cross_validated(rows[own], truth[own], np.ones(own.sum()), given.seed)
    unseen -= np.array([one.kind_lacking(by_words) for one in seen])
    answered = unseen[own & (truth == 1)]
    line = float(np.quantile(answered, FALSE_ABSTENTION))
    for source in sources_of(seen):
        _report(source, unseen, truth, np.array([one.source == source for one in seen]), line)
    for share in _OTHER_LINES:
        _report(f"at {share:.0%}", unseen, truth, own, float(np.quantile(answered, share)))
    calibration = TrainedCalibration(
        by_words,
        PER_RANK,
        round(float(fitted[-1]), 4),
        tuple(round(float(one), 4) for one in fitted[:-1]),
        round(line, 3),
        round(_support_line(given.seed), 3),
    )
    _write(calibration, given.out)
    return 0


def _support_line(seed: int) -> float:
    """Where the share of supported claims that may fall out do."""
    found = list(supported_of(claims.examples(seed, held_out=True)))
    odds, truth = np.array([odds for odds, _ in found]), np.array([float(supported) for _, supported in found])
    line = float(np.quantile(odds[truth == 1], FALSELY_DROPPED))
    _report("claims", odds, truth, np.ones(len(odds), dtype=bool), line)
    return line


def sources_of(seen: Sequence[Seen]) -> list[str]:
    """Where the questions come from."""
    return sorted({one.source for one in seen})


def _hits(seen: Sequence[Seen], by_words: float, source: str) -> float:
    answered = [one for one in seen if one.answerable and one.source == source]
    return float(np.mean([one.truth[one.best_first(by_words)[0]] for one in answered])) if answered else 0.0


def evenly(sources: Sequence[str]) -> Floats:
    """The field's own sources count for as much as all the others together, whatever their numbers."""
    own = sum(source in OWN for source in sources)
    return np.array([1.0 if source in OWN else own / max(1, len(sources) - own) for source in sources])


def fit(rows: Floats, truth: Floats, weights: Floats, *, penalty: float = 1.0, rounds: int = 40) -> Floats:
    """Logistic regression with an L2 penalty, by iteratively reweighted least squares; the intercept comes last."""
    rows = np.c_[rows, np.ones(len(rows))]
    ridge = penalty * np.eye(rows.shape[1])
    ridge[-1, -1] = 0
    fitted = np.zeros(rows.shape[1])
    for _ in range(rounds):
        chance = 1 / (1 + np.exp(-np.clip(rows @ fitted, -30, 30)))
        gradient = rows.T @ (weights * (chance - truth)) + ridge @ fitted
        curvature = (rows * (weights * chance * (1 - chance))[:, None]).T @ rows + ridge
        fitted = fitted - np.linalg.solve(curvature, gradient)
    return fitted


def cross_validated(rows: Floats, truth: Floats, weights: Floats, seed: int) -> Floats:
    """Log-odds of each row by a regression over the other folds."""
    folds = np.random.default_rng(seed).permutation(len(rows)) % _FOLDS
    scores = np.zeros(len(rows))
    for held in range(_FOLDS):
        inside = folds != held
        fitted = fit(rows[inside], truth[inside], weights[inside])
        scores[~inside] = np.c_[rows[~inside], np.ones((~inside).sum())] @ fitted
    return scores


def _report(source: str, scores: Floats, truth: Floats, chosen: NDArray[np.bool_], line: float) -> None:
    own, answerable = scores[chosen], truth[chosen]
    if len(set(answerable)) < 2:
        return
    columns = np.stack([own, answerable, np.zeros_like(own)])
    below = own < line
    low, high = wilson(float(below[answerable == 1].sum()), int(answerable.sum()))
    told = f"AUROC {float(auroc(columns)):.3f}  abstention at 5% {float(abstention_recall_at_5(columns)):.3f}"
    silent, answered = below[answerable == 0].mean(), below[answerable == 1].mean()
    lost = f"{silent:.3f} of the silent, {answered:.3f} ({low:.3f} to {high:.3f}) of the answered"
    print(f"{source:9} {len(own):5} questions  {told}  below the line: {lost}")


def _write(calibration: TrainedCalibration, out: Path) -> None:
    fields = {
        name: getattr(calibration, name) for name in ("by_words", "per_rank", "intercept", "weights", "line", "support")
    }
    out.write_text(json.dumps(fields, indent=2) + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m training.calibrate", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("data", type=Path, help="the folder of public question sets")
    parser.add_argument("--out", type=Path, default=READER.path.with_name("calibration.json"))
    parser.add_argument("--seed", type=int, default=2)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
