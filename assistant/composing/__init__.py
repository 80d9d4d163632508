"""Composers: what the evidence says becomes claims, each naming the passages it was issued."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from assistant.domain import DraftItem, Question
from assistant.reading import Reading
from knowledge.domain import Evidence


class ComposerError(Exception):
    """A composer could not finish its draft; the message says why without the candidate's words."""


class Composer(Protocol):
    """Drafts an answer. Passage number n of a claim is `evidence[n - 1]`."""

    @property
    def mode(self) -> str:
        """How the answer was made, as the contract names it: "quoting" or "model"."""

    def compose(
        self, question: Question, reading: Reading, evidence: Sequence[Evidence]
    ) -> AsyncIterator[DraftItem]: ...
