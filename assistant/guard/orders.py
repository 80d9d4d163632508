"""Orders to the assistant in the text of a pack: documents are uploaded by many hands, and evidence gives no orders.

A sentence is one when it holds cues that are written down, or reads like the orders that were learned from. Narrower
than the rule for what candidates type, which on ordinary documents would see orders everywhere.
"""

import re
import unicodedata

from assistant.guard.cues import groups, heaviest, read
from assistant.guard.order_words import reads_like_an_order
from assistant.guard.words import plain, unaccented
from assistant.text import clean

# Letters of other scripts that pass for Latin ones; anything else that disguises a word falls away in ASCII.
_LOOKALIKE = re.compile("[\u0250-\u02af\u0370-\u03ff\u0400-\u052f\u0131øłđ]")
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=\W*[A-Z])|\n\s*\n")
_SPELT = re.compile("[^a-z][a-z](?:[^a-z]{1,4}[a-z]){9,}(?![a-z])")


def gives_orders(text: str) -> bool:
    """True when a sentence of the text orders the assistant about: what to answer, what to set aside, what to hide."""
    return any(map(_is_order, filter(None, map(clean, _SENTENCE_END.split(text)))))


def folded(text: str) -> str:
    """The text in lower-case ASCII, with Latin letters for those that look like them."""
    if text.isascii():
        return text.lower()
    if _LOOKALIKE.search(text):
        return unaccented(clean(text))
    return unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()


def _is_order(sentence: str) -> bool:
    lower = folded(sentence)
    return reads_like_an_order(lower) or (any(map(lower.__contains__, _HINTS)) and _holds_cues(sentence, lower))


def _holds_cues(sentence: str, lower: str) -> bool:
    if _MARKUP.search(lower) or any(_spells_an_order(spelt.group()) for spelt in _SPELT.finditer(f" {lower}")):
        return True
    words = plain(sentence)
    weight = 0.0
    for cues in _GROUPS:
        weight += heaviest(cues, words)
        if weight >= _ENOUGH:
            return True
    return False


def _spells_an_order(letters: str) -> bool:
    return bool(_SPELT_OUT.search(re.sub("[^a-z]", "", letters)))


_TABLE = read("orders")
_ENOUGH: float = _TABLE["enough"]
_GROUPS = tuple(groups("orders").values())
_HINTS: tuple[str, ...] = tuple(_TABLE["hints"]["letters"])
_MARKUP = re.compile("|".join(_TABLE["markup"]["patterns"]))
_SPELT_OUT = re.compile("|".join(_TABLE["spelt"]["patterns"]))
