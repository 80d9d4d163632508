"""What a candidate typed, made safe to read: one spelling of each character, and nothing that can't be seen."""

import re
import unicodedata

# Characters that Unicode calls default-ignorable but whose category is not one of the "other" ones: fillers,
# joiners and variation selectors, all used to smuggle text past a reader.
_UNSEEN = re.compile(
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f\uffa0\ufff0-\ufff8\U000e0000-\U000e0fff]"
)
_WHITE = re.compile(r"\s+")
_OTHER = frozenset({"Cc", "Cf", "Cs", "Co"})


def clean(text: str) -> str:
    """The text in NFC, without control, format, tag, bidirectional or lone surrogate characters, white space folded."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    spaced = _WHITE.sub(" ", text)
    seen = "".join(char for char in _UNSEEN.sub("", spaced) if unicodedata.category(char) not in _OTHER)
    return _WHITE.sub(" ", unicodedata.normalize("NFC", seen)).strip()
