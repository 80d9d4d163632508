"""Whether quotes support a claim, by the reader's model: beside `citing`, which compares words, it compares meaning."""

from collections.abc import Sequence
from typing import Protocol

from assistant.cross_encoder import CrossEncoder, Place
from assistant.domain import Citation
from assistant.matching import PassageReader, QuestionReader, Read
from assistant.ranking import ROWS


class Supports(Protocol):
    """Says whether quotes support a claim. Bound by the processor."""

    def __call__(self, claim: str, citations: Sequence[Citation], /) -> bool: ...


class SupportCheck:
    """The claim is read with each sentence that a quote is from; the most favourable counts.

    `line` is in log-odds: where it was set, and what it catches, is in docs/reader.md.
    """

    def __init__(self, questions: QuestionReader, passages: PassageReader, model: CrossEncoder, *, line: float) -> None:
        self._questions = questions
        self._passages = passages
        self._model = model
        self._line = line

    def __call__(self, claim: str, citations: Sequence[Citation]) -> bool:
        return self.log_odds(claim, citations) >= self._line

    def log_odds(self, claim: str, citations: Sequence[Citation]) -> float:
        """That the words of the most favourable quote support the claim."""
        read = self._passages.read([citation.passage for citation in citations])
        places = [
            place
            for passage, citation in zip(read, citations, strict=True)
            for place in places_of(passage, citation.quote)
        ]
        states = self._questions.token_states([claim])[0].lower
        return float(self._model.log_odds(states, places, claims=True).max())


def places_of(passage: Read, quote: str) -> list[Place]:
    """The sentences that a quote is from; rows of tables and labelled values are read whole."""
    start = passage.passage.text.find(quote)
    end = start + len(quote)
    touched = [number for number, (begin, finish) in enumerate(passage.spans) if begin < end and start < finish]
    if passage.passage.kind in ROWS or not touched:
        return [Place(passage, None)]
    return [Place(passage, number) for number in touched]
