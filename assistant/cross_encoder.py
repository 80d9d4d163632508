"""The trained reader's model: a question and a sentence, read together, give the log-odds that the sentence answers.

A claim may stand where the question does: then they are the log-odds that the sentence supports it.

A cross-encoder whose lower layers read question and passage apart, so that a passage is read once and for all
(DeFormer, Cao et al. 2020); its three upper layers read them together. It was made by `training/`; the card of the
model lies beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from assistant.matching import Floats, Read
from knowledge.onnx_files import ModelFile, Session, open_session

READER = ModelFile(
    Path(__file__).parent / "models" / "reader" / "model.onnx",
    "40f1e66637febb27f152689b1613a1f36799e7ad335ab02e712c63ea72d4a825",
    "python -m training",
)

QUESTION_TOKENS, ABOVE_TOKENS, SENTENCE_TOKENS = 64, 28, 96
"""What is read of a question, of what stands above a sentence, and of the sentence itself; the rest is cut off."""
QUESTION, ABOVE, SENTENCE, CLAIM = 1, 2, 3, 4
"""Which a token belongs to; 0 is padding. A claim stands where a question would: does the sentence support it?"""
_BATCH_TOKENS = 512


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a passage that was read: which one of its `spans`, or all of them when None."""

    passage: Read
    sentence: int | None


class CrossEncoder:
    """Loaded at the first question, safe between threads."""

    def __init__(self, threads: int = 2, *, file: ModelFile = READER) -> None:
        self._threads = threads
        self._file = file
        self._loading = Lock()

    def log_odds(self, question: Floats, places: Sequence[Place], *, claims: bool = False) -> Floats:
        """That each sentence answers the question (or supports the claim) of these lower states, (tokens + 2, 384)."""
        rows = [_tokens(question, place, CLAIM if claims else QUESTION) for place in places]
        odds = np.empty(len(rows), dtype=np.float32)
        for positions in _batches([len(kinds) for _, kinds in rows]):
            odds[positions] = self._run([rows[position] for position in positions])
        return odds

    def _run(self, rows: Sequence[tuple[Floats, NDArray[np.int64]]]) -> Floats:
        longest = max(len(kinds) for _, kinds in rows)
        states = np.zeros((len(rows), longest, rows[0][0].shape[1]), dtype=np.float32)
        kinds = np.zeros((len(rows), longest), dtype=np.int64)
        for row, (own, kind) in enumerate(rows):
            states[row, : len(own)] = own
            kinds[row, : len(kind)] = kind
        with self._loading:
            session = self._session
        odds: Floats = session.run(["log_odds"], {"states": states, "kinds": kinds})[0]
        return odds

    @cached_property
    def _session(self) -> Session:
        return open_session(self._file, threads=self._threads)


def _tokens(question: Floats, place: Place, kind: int) -> tuple[Floats, NDArray[np.int64]]:
    """The states of the question, of what stands above the sentence, and of the sentence, with the kind of each."""
    passage = place.passage
    begin, end = passage.around[0], passage.around[1]
    spans = passage.tokens
    first, last = (spans[0][0], spans[-1][1]) if place.sentence is None else spans[place.sentence]
    parts = (
        question[:QUESTION_TOKENS],
        passage.lower[begin:end][:ABOVE_TOKENS],
        passage.lower[first:last][:SENTENCE_TOKENS],
    )
    kinds = np.repeat((kind, ABOVE, SENTENCE), [len(part) for part in parts])
    return np.concatenate(parts, dtype=np.float32), kinds.astype(np.int64)


def _batches(lengths: Sequence[int]) -> list[list[int]]:
    """Positions of like length together, so that little is padded."""
    batches: list[list[int]] = []
    for position in sorted(range(len(lengths)), key=lambda position: lengths[position]):
        if not batches or (len(batches[-1]) + 1) * lengths[position] > _BATCH_TOKENS:
            batches.append([])
        batches[-1].append(position)
    return batches
