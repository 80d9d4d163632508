"""The half of the public question sets that may be trained on, as examples."""

import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

from evals.public.data import SentenceRow, answer_sentences, held_out
from training.domain import Example, Place

_TOGETHER = 5
"""Sentences of a passage that are read together."""
_MOST: Mapping[str, int] = MappingProxyType({"squad2": 1400, "selqa": 900, "policyqa": 700, "clapnq": 200})
"""Examples of each set: enough for the general, few enough that the field's own are not crowded out."""


def examples(folder: Path) -> list[Example]:
    """The same sample of each set on every run, from the half that is not held out."""
    rows = _shuffled(folder)
    return [_example(row) for source, most in _MOST.items() for row in _of(rows, source)[:most]]


def unused(folder: Path, seed: int, *, each: int) -> list[Example]:
    """Up to `each` of every set and label of the same half that `examples` left over."""
    rows = _shuffled(folder)
    left = [row for source, most in _MOST.items() for row in _of(rows, source)[most:]]
    random.Random(seed).shuffle(left)  # noqa: S311 - a sample, no secret
    return [
        _example(row)
        for source in _MOST
        for answerable in (True, False)
        for row in [row for row in _of(left, source) if row.answerable is answerable][:each]
    ]


def _shuffled(folder: Path) -> list[SentenceRow]:
    rows = [row for row in answer_sentences(folder) if not held_out(row)]
    random.Random(1).shuffle(rows)  # noqa: S311 - a sample, no secret
    return rows


def _of(rows: Sequence[SentenceRow], source: str) -> list[SentenceRow]:
    return [row for row in rows if row.source == source]


def _example(row: SentenceRow) -> Example:
    lines = [" ".join(sentence.split()) for sentence in row.sentences]
    kept = [(line, bool(label)) for line, label in zip(lines, row.labels, strict=True) if line]
    places: list[Place] = []
    for cut in range(0, len(kept), _TOGETHER):
        text = "\n".join(line for line, _ in kept[cut : cut + _TOGETHER])
        start = 0
        for line, _ in kept[cut : cut + _TOGETHER]:
            places.append(Place(text, 0, start, start + len(line)))
            start += len(line) + 1
    answers = frozenset(position for position, (_, answering) in enumerate(kept) if answering)
    return Example(row.source, row.question, tuple(places), answers)
