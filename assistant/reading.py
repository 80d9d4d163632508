"""Does this evidence answer this question, and which sentences say so? The seam that a trained reader also fills."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from assistant.domain import Question
from knowledge.domain import Evidence


@dataclass(frozen=True, slots=True)
class Support:
    """A sentence of the evidence that answers; `quote` stands in the passage's text character for character."""

    evidence: Evidence
    quote: str
    score: float


@dataclass(frozen=True, slots=True)
class Part:
    """One thing that was asked, and what the evidence says to it.

    `probability` is the chance that the evidence answers, `line` the one from which on it is taken to; `supports` are
    the sentences that do, in the order to say them, and empty when `answered` is false. `nearest` are sentences close
    to it that do not answer, best first. `likeliest` are the sentence that most likely answers and the runner-up, their
    score a probability.
    """

    asked: str
    answered: bool
    probability: float
    supports: tuple[Support, ...]
    nearest: tuple[Support, ...]
    missing: str
    likeliest: tuple[Support, ...] = ()
    line: float | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What the evidence says to each part of the question."""

    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class LookedUp:
    """What was found for a question, and what it says to it."""

    evidence: tuple[Evidence, ...]
    reading: Reading


class Reader(Protocol):
    """Judges evidence. `read` is bound by the processor and runs in a thread."""

    def read(self, question: Question, evidence: Sequence[Evidence]) -> Reading: ...
