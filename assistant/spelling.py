"""Words typed wrongly, mended towards the words of the pack: "regonal" is "regional" there."""

import re
from collections.abc import Callable, Iterable

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from assistant.wording import words

_TYPED = re.compile(r"(?<![\w@./'’-])[a-z]{4,}(?![\w@/'’-])")
_LONG = 8


class Speller:
    """Mends only what is no word at all and has one near neighbour that begins with the same letter."""

    def __init__(self, vocabulary: Iterable[str], is_word: Callable[[str], bool]) -> None:
        self._vocabulary = sorted({word for text in vocabulary for word in words(text) if len(word) >= 4})
        self._known = frozenset(self._vocabulary)
        self._is_word = is_word

    def corrected(self, text: str) -> str:
        """The text with its misspelt words mended; names and short words stay as they are."""
        return _TYPED.sub(lambda found: self._mended(found[0]), text)

    def _mended(self, word: str) -> str:
        if word in self._known or self._is_word(word):
            return word
        allowed = 2 if len(word) >= _LONG else 1
        alike = (known for known in self._vocabulary if known[0] == word[0] and abs(len(known) - len(word)) <= allowed)
        nearest = extractOne(word, alike, scorer=OSA.distance, score_cutoff=allowed)
        return str(nearest[0]) if nearest else word
