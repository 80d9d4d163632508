"""The trained reader's model: a question and a sentence, read together, give the log-odds that the sentence answers.

A claim may stand where the question does: then they are the log-odds that the sentence supports it.

A cross-encoder whose lower layers read question and passage apart, so that a passage is read once and for all
(DeFormer, Cao et al. 2020); its three upper layers read them together. It was made by `training/`; the card of the
model lies beside it.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
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
    "9c7562b5c2ac39889a176926b353844d340c4e0876974e9ff483a45d828c3c45",
    "python -m training",
)

QUESTION_TOKENS, ABOVE_TOKENS, SENTENCE_TOKENS = 64, 28, 96
"""What is read of a question, of what stands above a sentence, and of the sentence itself; the rest is cut off."""
QUESTION, ABOVE, SENTENCE, CLAIM = 1, 2, 3, 4
"""Which a token belongs to; 0 is padding. A claim stands where a question would: does the sentence support it?"""


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence of a passage that was read: which one of its `spans`, or all of them when None."""

    passage: Read
    sentence: int | None


class CrossEncoder:
    """Loaded at the first question, safe between threads.

    A sentence is one thread's work: within so short a pass a second one costs more than it helps. Who asks judges the
    sentences in turn, helped by a thread for each core that nobody uses.
    """

    def __init__(self, *, file: ModelFile = READER) -> None:
        self._cores = os.cpu_count() or 1
        self._threads = ThreadPoolExecutor(self._cores, thread_name_prefix="reader")
        self._counting = Lock()
        self._working = 0
        self._file = file
        self._loading = Lock()

    def log_odds(self, question: Floats, places: Sequence[Place], *, claims: bool = False) -> Floats:
        """That each sentence answers the question (or supports the claim) of these lower states, (tokens + 2, 384)."""
        kind = CLAIM if claims else QUESTION
        odds = np.empty(len(places), dtype=np.float32)
        # Each thread takes the next sentence that no other has taken.
        left = iter(range(len(places)))

        def judge() -> None:
            for number in left:
                odds[number] = self._run(*_tokens(question, places[number], kind))

        threads = self._taken(len(places))
        try:
            helping = [self._threads.submit(judge) for _ in range(threads - 1)]
            judge()
            for one in helping:
                one.result()
        finally:
            self._given_back(threads)
        return odds

    def _taken(self, most: int) -> int:
        """Threads to work with: the own one, and up to `most` in all while cores are free."""
        with self._counting:
            threads = max(1, min(most, self._cores - self._working))
            self._working += threads
            return threads

    def _given_back(self, threads: int) -> None:
        with self._counting:
            self._working -= threads

    def _run(self, states: Floats, kinds: NDArray[np.int64]) -> float:
        """Each alone: in 8 bits, what is computed together shares a scale, and company would change the answer."""
        with self._loading:
            session = self._session
        odds: Floats = session.run(["log_odds"], {"states": states[np.newaxis], "kinds": kinds[np.newaxis]})[0]
        return float(odds[0])

    @cached_property
    def _session(self) -> Session:
        return open_session(self._file, threads=1)


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
