"""Greetings, thanks, goodbyes, questions about the assistant, and what can't be read as a question."""

import re
from math import ceil

from assistant.guard.cues import compiled, read
from assistant.guard.words import Message
from assistant.signposts import Reply

_TABLE = read("patterns")["small_talk"]
_FILLERS = frozenset(_TABLE["fillers"].split())
_KINDS = tuple(
    (reply, compiled(sorted(_TABLE[reply], key=len, reverse=True), {}))
    for reply in (Reply.INTRODUCED, Reply.GREETED, Reply.FAREWELL, Reply.THANKED)
)
# "thanks, bye" is a goodbye, "hi, who are you" asks about the assistant.
_STRONGEST_FIRST = (Reply.INTRODUCED, Reply.FAREWELL, Reply.THANKED, Reply.GREETED)
_LONGEST = 16
_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")
_RUN = 4
_SHARE = 0.6
_EMPTY = frozenset(
    "the a an and or but of to in on at for with by from is it its that this these those be am are was so well "
    "um umm uh uhh er erm err hm hmm mm eh huh oh ah blah bla la test testing tester tests foo bar".split()
)
_UNSPEAKABLE = re.compile(r"^[^aeiouyw]{5,}$|[^aeiouyw\d]{6,}|^(\w)\1+$|^(\w{2,4})\2{2,}$")


def kind_of_small_talk(asked: Message) -> Reply | None:
    """Which kind of small talk a message is, when it is nothing else."""
    left = asked.words
    if len(left.split()) > _LONGEST:
        return None
    found: set[Reply] = set()
    for reply, phrases in _KINDS:
        shorter = phrases.sub(" ", left)
        if shorter != left:
            found.add(reply)
            left = shorter
    rest = {word for word in left.split() if word.isalnum()}
    return next((reply for reply in _STRONGEST_FIRST if reply in found and rest <= _FILLERS), None)


def is_unreadable(asked: Message) -> bool:
    """True for what no question can be read in: no letters, keys hit at random, words that mean nothing alone."""
    words = [word for word in asked.words.split() if word.isalpha() and word.upper() not in asked.text]
    if not words:
        return not any(char.isalpha() for char in asked.text)
    empty = all(word in _EMPTY or _is_mash(word) for word in words)
    return empty or (any(map(_is_mash, words)) and all(map(_is_loose, words)))


def _is_mash(word: str) -> bool:
    if not word.isascii():
        return False
    if len(word) < _RUN:
        return len(set(word)) == 1
    return bool(_UNSPEAKABLE.search(word)) or _runs_along_a_row(word, max(_RUN, ceil(_SHARE * len(word))))


def _is_loose(word: str) -> bool:
    return _is_mash(word) or word in _EMPTY or _runs_along_a_row(word, len(word))


def _runs_along_a_row(word: str, length: int) -> bool:
    pieces = (word[place : place + length] for place in range(len(word) - length + 1))
    return any(piece in row or piece[::-1] in row for piece in pieces for row in _ROWS)
