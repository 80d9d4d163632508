"""The words of training: Place, Example."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A sentence where it stands: characters `start` to `end` of `text`, whose first `lead` characters are headings.

    `text` is a passage as it is searched for: headings, the sentence that leads into it, and its own sentences.
    """

    text: str
    lead: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Example:
    """A question and sentences of which those under `answers` (positions, perhaps none) answer it.

    `source` says where it comes from, and `hard` which sentences (positions) are the likeliest to mislead. Where it
    `claims`, the question is none but a claim, and the sentences that answer are those that support it.
    """

    source: str
    question: str
    places: tuple[Place, ...]
    answers: frozenset[int]
    hard: frozenset[int] = frozenset()
    claims: bool = False
