"""How well unanswered questions are put together: python -m scripts.measure_gaps [--speed N]

tests/secretariat/same_questions.toml holds groups of questions that ask the same, written by hand. The line is chosen
on every other group, by the F1 of pairs, and its figures are given for the rest.
"""

import argparse
import time
import tomllib
from collections.abc import Sequence
from itertools import combinations
from pathlib import Path

import numpy as np

from assistant.secretariat.clustering import LINE, SUBJECT, grouped
from assistant.subjects import asked_about
from knowledge.embedding import LocalEmbeddings

SAME_QUESTIONS = Path(__file__).parent.parent / "tests/secretariat/same_questions.toml"
_LINES = [number / 100 for number in range(20, 81, 2)]
_WEIGHTS = (0.0, 0.1, 0.2, 0.3)
_EMBEDDINGS = LocalEmbeddings()

Figures = tuple[float, float, float]
"""Precision, recall and F1 of the pairs of questions that stand in one group."""


def main() -> int:
    """0, and the figures on standard output."""
    given = _options()
    if given.speed:
        print(_speed(given.speed))
        return 0
    groups = tomllib.loads(SAME_QUESTIONS.read_text(encoding="utf-8"))["groups"]
    tuning, test = groups[::2], groups[1::2]
    for weight in _WEIGHTS:
        scores = {line: figures(tuning, line, weight) for line in _LINES}
        best = max(scores, key=lambda line: scores[line][2])
        print(_said(f"subject {weight:.1f}, best line {best:.2f}, tuning", scores[best]))
        print(_said(f"subject {weight:.1f}, line {best:.2f}, test", figures(test, best, weight)))
    print(_said(f"in use: subject {SUBJECT:.1f}, line {LINE:.2f}, test", figures(test, LINE, SUBJECT)))
    return 0


def figures(groups: Sequence[Sequence[str]], line: float, weight: float) -> Figures:
    asked = [(question, number) for number, group in enumerate(groups) for question in group]
    questions = [question for question, _ in asked]
    subjects = [next((one.name for one in asked_about(question)), "") for question in questions]
    vectors = _EMBEDDINGS.vectors(questions)
    found = grouped(vectors, [1] * len(asked), subjects, line=line, subject=weight)
    together = {pair for group in found for pair in combinations(sorted(group), 2)}
    same = {pair for pair in combinations(range(len(asked)), 2) if asked[pair[0]][1] == asked[pair[1]][1]}
    right = len(together & same)
    precision, recall = right / max(len(together), 1), right / len(same)
    return precision, recall, 2 * precision * recall / max(precision + recall, 1e-9)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure how unanswered questions are put together.")
    parser.add_argument("--speed", type=int, metavar="N", help="only the time that N questions with vectors take")
    return parser.parse_args()


def _said(what: str, found: Figures) -> str:
    return f"{what}: precision {found[0]:.3f}, recall {found[1]:.3f}, F1 {found[2]:.3f}"


def _speed(number: int) -> str:
    vectors = np.random.default_rng(7).normal(size=(number, 384)).astype(np.float32)
    around = vectors[np.arange(number) % (number // 20 or 1)] * 2 + vectors
    around /= np.linalg.norm(around, axis=1, keepdims=True)
    began = time.perf_counter()
    groups = grouped(around, [1] * number, [""] * number)
    return f"{number} questions in {len(groups)} groups: {time.perf_counter() - began:.2f} s"


if __name__ == "__main__":
    raise SystemExit(main())
