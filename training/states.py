"""Texts as the lower layers of the embedding model leave them, each read once: what training goes on from."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from assistant.cross_encoder import ABOVE_TOKENS, QUESTION_TOKENS, SENTENCE_TOKENS
from knowledge.embedding import LocalEmbeddings
from training.domain import Example, Place

Half = NDArray[np.float16]

_AT_ONCE = 512


class States:
    """The lower states of questions and passages, in half precision, from the very files that are served."""

    def __init__(self, embeddings: LocalEmbeddings) -> None:
        self._embeddings = embeddings
        self._states: dict[str, Half] = {}
        self._starts: dict[str, NDArray[np.int64]] = {}

    def read(self, examples: Iterable[Example]) -> None:
        """Reads what is not yet known of these examples; the longest part of getting ready."""
        texts = dict.fromkeys(
            text for one in examples for text in (one.question, *(place.text for place in one.places))
        )
        unknown = [text for text in texts if text not in self._states]
        for start in range(0, len(unknown), _AT_ONCE):
            some = unknown[start : start + _AT_ONCE]
            for text, states in zip(some, self._embeddings.token_states(some), strict=True):
                self._states[text] = states.lower.astype(np.float16)
                self._starts[text] = np.array([begin for begin, _ in states.offsets], dtype=np.int64)

    def question(self, text: str) -> Half:
        return self._states[text][:QUESTION_TOKENS]

    def above(self, place: Place) -> Half:
        """What stands above the sentence."""
        return self._between(place.text, 0, place.lead)[:ABOVE_TOKENS]

    def sentence(self, place: Place) -> Half:
        """Empty where the text was too long for the model to reach it."""
        return self._between(place.text, place.start, place.end)[:SENTENCE_TOKENS]

    def _between(self, text: str, start: int, end: int) -> Half:
        first, last = np.searchsorted(self._starts[text], (start, end))
        return self._states[text][1:-1][first:last]
