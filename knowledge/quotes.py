"""Whether a quote stands in a text, whatever white space lies between its words."""

import re


def stands(words: str, text: str) -> bool:
    """Whether the words stand in the text, white space folded, and not as a part of a longer word or number."""
    words, text = folded(words), folded(text)
    if words not in text:
        return False  # what most ask and most are told; only the rest is worth a pattern
    begin = r"(?<!\w)" if words[:1].isalnum() else ""
    end = r"(?!\w)" if words[-1:].isalnum() else ""
    return bool(re.search(begin + re.escape(words) + end, text))


def folded(text: str) -> str:
    """The text with each stretch of white space as one blank."""
    return " ".join(text.split())
