"""How hard a text is to read: the Flesch-Kincaid grade, which is about the years of school that it takes."""

import re
from typing import Final

from knowledge.sentences import sentences

_WORD: Final = re.compile(r"[a-z]+(?:'[a-z]+)?")
_SOUNDS: Final = re.compile(r"[aeiouy]+")
_SILENT: Final = re.compile(r"(?:[^laeiouy]e|[^td]ed|[^sxzcgh]es)$")


def reading_grade(text: str) -> float | None:
    """Our own texts aim at 8 or lower. None for a text without words."""
    words = _WORD.findall(text.lower().replace("’", "'"))
    if not words:
        return None
    syllables = sum(map(_syllables, words))
    return max(0.0, 0.39 * len(words) / max(len(sentences(text)), 1) + 11.8 * syllables / len(words) - 15.59)


def _syllables(word: str) -> int:
    """By the groups of vowels: right for most English words, and near enough for the mean of a text."""
    return max(1, len(_SOUNDS.findall(word)) - bool(_SILENT.search(word)))
