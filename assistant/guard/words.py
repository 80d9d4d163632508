"""A message as the rules read it: plain words, with those of the vocabulary replaced by the names of their classes."""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, repeat
from pathlib import Path

STOP, COMMA = ".", ","
"""What ends a sentence or a part of one in a plain text, as words of their own."""

ROLE, TASK = "ROLE", "TASK"
"""The classes of the words that belong to an appointment or a body's work; those of TASK have other uses too."""

CHILDS_VOICE = "SPEAKSASCHILD"
"""Stands for words by which the asker says to be a child."""

_LOOKALIKES = str.maketrans("аеорсухіјѕԁһԛԝαεικνορτυχıøłđɡɑ", "aeopcyxijsdhqwaeiknoptuxioldga")
_APOSTROPHES = re.compile("['\u2019\u2018\u02bc`\u00b4]")
_TOKEN = re.compile(r"[a-z0-9]+|[^\W_]+|[.?!;:\n\u2026]+|(?<=\s)[-\u2013\u2014]+(?=\s)|,")
_ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,200}")
_REPEATED = re.compile(r"([a-z])\1{2,}")
_AGE = (
    "(?:[1-9]|1[0-7]|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen"
    "|seventeen)"
)
_SHORTEST_TYPO = 5


@dataclass(frozen=True, slots=True)
class Message:
    """What was typed, the same as plain text, and with the words of the vocabulary replaced by their classes."""

    text: str
    words: str
    classed: str


def message(text: str) -> Message:
    words = plain(text)
    return Message(text, words, classed(words))


def sentences_of(words: str) -> list[str]:
    """The sentences of a plain or classed text."""
    return [sentence for part in words.split(STOP) if (sentence := part.strip())]


def plain(text: str) -> str:
    """Lower-case words with one space between, and commas and STOPs as words. Accents and apostrophes are gone."""
    folded = _ADDRESS.sub(" weblink ", text.lower() if text.isascii() else unaccented(text))
    words: list[str] = []
    for token in _TOKEN.findall(_REPEATED.sub(r"\1\1", _APOSTROPHES.sub("", folded))):
        if token[0].isalnum():
            words.append(_SPOKEN.get(token) or _RESPELT.get(token, token))
        elif words and words[-1][-1].isalnum():
            words.append(COMMA if token == COMMA else STOP)
    return " ".join(words)


def classed(text: str) -> str:
    """A plain text in which the words of the vocabulary are replaced by the names of their classes."""
    for name, pattern in _PHRASES:
        text = pattern.sub(name, text)
    return " ".join(_CLASS_OF.get(word) or _class_of_typo(word) or word for word in text.split(" "))


def unaccented(text: str) -> str:
    """The text in lower case without accents, with ASCII digits, and Latin letters for those that look like them."""
    decomposed = unicodedata.normalize("NFKD", _APOSTROPHES.sub("'", text)).lower().translate(_LOOKALIKES)
    return "".join(_latin(char) for char in decomposed if not unicodedata.combining(char))


def _latin(char: str) -> str:
    return char if char.isascii() or not char.isdecimal() else str(unicodedata.decimal(char))


def _class_of_typo(word: str) -> str | None:
    if len(word) < _SHORTEST_TYPO or not word.isalpha() or word in _NOT_TYPOS:
        return None
    if found := _MISSPELT.get(word):
        return found
    return next((found for shorter in _one_letter_less(word) if (found := _MENDABLE.get(shorter))), None)


def _one_letter_less(word: str) -> Iterable[str]:
    return (word[:place] + word[place + 1 :] for place in range(len(word)))


def _two_letters_swapped(word: str) -> Iterable[str]:
    return (word[:place] + word[place + 1] + word[place] + word[place + 2 :] for place in range(len(word) - 1))


def _misspelt(class_of: Mapping[str, str]) -> dict[str, str]:
    """Every way to leave a letter out of the words, or to swap two that stand together."""
    slips = chain.from_iterable(
        zip(chain(_one_letter_less(word), _two_letters_swapped(word)), repeat(name)) for word, name in class_of.items()
    )
    return {slip: name for slip, name in slips if len(slip) >= _SHORTEST_TYPO}


_VOCABULARY = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
_SPOKEN = {typed: meant for meant, typings in _VOCABULARY["spoken"].items() for typed in typings.split()}
_PHRASES = tuple(
    (row["class"], re.compile(rf"\b(?:{'|'.join(row['patterns'])})\b".replace("<age>", _AGE)))
    for row in _VOCABULARY["phrases"]
)
_CLASS_OF = {word: name for name, words in _VOCABULARY["classes"].items() for word in words.split()}
_RESPELT = {
    slip: word
    for slip, word in _misspelt({word: word for word in _VOCABULARY["respelt"].split()}).items()
    if slip not in _CLASS_OF
}
_NOT_TYPOS = frozenset(_VOCABULARY["not_typos"].split())
_MENDABLE = {
    word: name for word, name in _CLASS_OF.items() if name in _VOCABULARY["mended"] and len(word) >= _SHORTEST_TYPO
}
_MISSPELT = _misspelt(_MENDABLE)
