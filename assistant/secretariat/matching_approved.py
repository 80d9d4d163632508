"""Whether a question means the same as one that an answer was approved for: words, embedding and reader all agree.

The lines were chosen on tests/secretariat/approved_pairs.toml; `python -m scripts.measure_approved` gives the rates.
"""

from collections.abc import Sequence
from typing import Final

from assistant.cross_encoder import CrossEncoder, Place
from assistant.domain import Citation
from assistant.matching import PassageReader, QuestionReader
from assistant.secretariat.question_form import form_of, same_form
from assistant.supporting import places_of
from knowledge.embedding import TokenStates

LEAST_COSINE: Final = 0.55
"""Of the two questions. Every pair that means the same and has the same form is above it, on the pairs for choosing."""

MOST_BEHIND: Final = 3.5
"""In log-odds: how much less surely the quotes may answer what was asked than they answer what was approved."""


class SameMeaning:
    """Bound by the processor: to be called in a thread."""

    def __init__(self, questions: QuestionReader, passages: PassageReader, model: CrossEncoder) -> None:
        self._questions = questions
        self._passages = passages
        self._model = model

    def nearness(self, asked: str, approved: str, citations: Sequence[Citation]) -> float | None:
        """How near the two questions are, 0 to 1, if they mean the same; else None."""
        if not same_form(form_of(asked), form_of(approved)):
            return None
        one, other = self._states(asked), self._states(approved)
        cosine = float(one.vector @ other.vector)
        if cosine < LEAST_COSINE:
            return None
        # Word for word the same question needs no second opinion.
        if asked.casefold() != approved.casefold() and not self._reader_agrees(one, other, citations):
            return None
        return cosine

    def _reader_agrees(self, asked: TokenStates, approved: TokenStates, citations: Sequence[Citation]) -> bool:
        read = self._passages.read([citation.passage for citation in citations])
        places = [
            place
            for passage, citation in zip(read, citations, strict=True)
            for place in places_of(passage, citation.quote)
        ]
        return self._surely(asked, places) >= self._surely(approved, places) - MOST_BEHIND

    def _surely(self, question: TokenStates, places: Sequence[Place]) -> float:
        return float(self._model.log_odds(question.lower, places).max())

    def _states(self, question: str) -> TokenStates:
        return self._questions.token_states([question.rstrip("?!. ") or question])[0]
