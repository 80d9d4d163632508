"""When words stand in a text, and when a quote and what was cited are the same words of the pack."""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from assistant.domain import Citation

_WORD = re.compile(r"[£$€]?\w+(?:[.,:'/@-]\w+)*%?")
_SHORT = 4
"""Words. A quote of fewer ("6", "Online") stands in many places that have nothing to do with it."""

_CELL = re.compile(r"[:;\n]\s*")
_TELLING = re.compile(r"\d\D?\d\D?\d")
"""A number of three digits or more is seldom in two places by chance."""


def folded(text: str) -> str:
    """Without what differs between two ways to type the same: case, white space, curly quotes, long dashes."""
    straight = unicodedata.normalize("NFKC", text).translate(str.maketrans("’‘“”–—", "''\"\"--"))
    return " ".join(straight.casefold().split())


def stands(words: str, text: str) -> bool:
    """Whether the words are in the text, and not as a part of a longer word or number."""
    begin = r"(?<!\w)" if words[:1].isalnum() else ""
    end = r"(?!\w)" if words[-1:].isalnum() else ""
    return bool(re.search(begin + re.escape(folded(words)) + end, folded(text)))


def holds(text: str, quote: str, *, among: Sequence[str]) -> bool:
    """Whether the text holds the quote in whole, or is a part of it of four words or more.

    `among` are all quotes of the case. A short one is somewhere by chance unless another stands there, too ("6" beside
    "Vice-Chair"), it is the case's only one, or it holds a number of three digits or more.
    """
    if not _shares_words(text, quote):
        return False
    is_short = len(_words(quote)) < _SHORT and not _TELLING.search(quote)
    others = [other for other in among if other != quote]
    return not is_short or not others or any(_has(_words(text), _words(other)) for other in others)


def overlaps(citation: Citation, quote: str, *, among: Sequence[str]) -> bool:
    """Whether the citation's words and the quote hold each other, in the passage where the quote stands.

    Of what is cited, a few words are enough when they are all of a cell, a value or the passage.
    """
    if not holds(citation.passage.text, quote, among=among):
        return False
    if _shares_words(citation.quote, quote):
        return True
    is_part = _has(_words(citation.passage.text), _words(quote)) and _has(_words(quote), _words(citation.quote))
    return is_part and _is_all_of_a_cell(citation)


def _is_all_of_a_cell(citation: Citation) -> bool:
    cells = _CELL.split(citation.passage.text)
    return any(_words(cell) == _words(citation.quote) for cell in cells)


def _shares_words(text: str, quote: str) -> bool:
    in_text, in_quote = _words(text), _words(quote)
    return _has(in_text, in_quote) or (len(in_text) >= _SHORT and _has(in_quote, in_text))


def _has(text: Sequence[str], words: Sequence[str]) -> bool:
    return bool(words) and f" {' '.join(words)} " in f" {' '.join(text)} "


@lru_cache(maxsize=16_384)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(folded(text)))
