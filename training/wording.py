"""Questions as they are typed: without capitals, without a mark, with a slip of the finger, after a greeting."""

import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

from training.domain import Example

_OPENINGS = (
    "Hi, ",
    "Hello, ",
    "hi ",
    "Quick question: ",
    "Good morning. ",
    "Sorry if this is obvious, but ",
    "Please, ",
)
_CLOSINGS = (" Thanks", " thank you", " please", " Many thanks.", " Thanks in advance")
_NEAR = {
    **{"a": "sq", "e": "wr", "i": "uo", "o": "ip", "n": "bm", "t": "ry", "r": "et", "s": "ad", "l": "k", "m": "n"},
    **{"d": "sf", "c": "xv", "p": "o", "u": "yi", "h": "gj", "g": "fh", "b": "vn", "y": "tu", "w": "qe", "f": "dg"},
}


def as_typed(question: str, rng: random.Random) -> str:
    """The question as one of many people would type it; more often than not as it is."""
    if rng.random() < 0.1:
        question = rng.choice(_OPENINGS) + question[0].lower() + question[1:]
    if rng.random() < 0.06:
        question = question.rstrip() + rng.choice(_CLOSINGS)
    if rng.random() < 0.25:
        question = question.lower()
    if rng.random() < 0.25:
        question = question.rstrip("?!. ")
    for _ in range(rng.choice((0, 0, 0, 0, 0, 1, 1, 2))):
        question = _slip(question, rng)
    return question


def typed(examples: Iterable[Example], rng: random.Random, *, variants: int) -> Iterator[Example]:
    """Each example so many times, as different people would type its question."""
    for example in examples:
        for _ in range(variants):
            yield replace(example, question=as_typed(example.question, rng))


def _slip(text: str, rng: random.Random) -> str:
    places = [
        place for place, letter in enumerate(text[1:-1], start=1) if letter in _NEAR and text[place - 1].isalpha()
    ]
    if not places:
        return text
    place = rng.choice(places)
    letter = text[place]
    slipped = rng.choice(("", letter * 2, rng.choice(_NEAR[letter]), text[place + 1] + letter))
    skipped = 2 if len(slipped) == 2 and slipped[1] == letter and slipped[0] == text[place + 1] else 1
    return text[:place] + slipped + text[place + skipped :]
