"""Whether words stand in a text, whatever its white space, capitals and kinds of quotation mark."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

from knowledge.sentences import sentences

_STRAIGHT = str.maketrans("’‘“”–—", "''\"\"--")


def stands(words: str, text: str) -> bool:
    """As whole words: "8" does not stand in "18"."""
    wanted, whole = folded(words), folded(text)
    if wanted not in whole:
        return False
    begin = r"(?<!\w)" if wanted[:1].isalnum() else ""
    end = r"(?!\w)" if wanted[-1:].isalnum() else ""
    return bool(re.search(begin + re.escape(wanted) + end, whole))


def any_stands(alternatives: Iterable[str], text: str) -> bool:
    return any(stands(words, text) for words in alternatives)


def rests_on(quotes: Sequence[str], text: str) -> bool:
    """Whether the text holds one of the quotes, or a sentence of one: a passage may be cut in the middle of a quote."""
    return any_stands((quote[start:end] for quote in quotes for start, end in sentences(quote)), text)


@lru_cache(maxsize=20_000)
def folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).translate(_STRAIGHT).casefold().split())
