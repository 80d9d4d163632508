"""Common English words, by which a word broken at the end of a line is told from a compound."""

import json
from functools import cache
from pathlib import Path

# The embedding model's vocabulary is the one list of English words in the repository: 22,000 whole words.
_TOKENIZER = Path(__file__).parents[1] / "models" / "all-MiniLM-L6-v2" / "tokenizer.json"
_ENDINGS = ("s", "es", "d", "ed", "ing", "ly", "er", "ers", "ment", "ments")


def is_word(text: str) -> bool:
    """Whether lower-case letters are an English word, or one with a usual ending."""
    words = _words()
    return text in words or any(text.removesuffix(ending) in words for ending in _ENDINGS if len(text) > 5)


@cache
def _words() -> frozenset[str]:
    vocabulary = json.loads(_TOKENIZER.read_text(encoding="utf-8"))["model"]["vocab"]
    return frozenset(word for word in vocabulary if word.isalpha() and len(word) > 1)
