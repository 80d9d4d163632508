"""Does someone speak of ending or harming their own life, or fear that another will? Cues with weights, no model.

A wish to be dead, harm and its means, worth nothing, no way on, farewells: each weighs, and they add up. A clause is
weighed by itself too, since a cry for help may hang on to an ordinary question.
"""

import re
from collections.abc import Iterator
from itertools import chain

from assistant.guard.cues import heaviest, scale, stretches
from assistant.guard.words import COMMA, Message, classed, sentences_of

_PLAIN_SPEECH = {"wish": 3, "harm": 4, "worth": 4, "farewell": 4}
_CLAUSE = re.compile(rf" (?:and|but|although|though|because|so|then|also|if|when|as|or|since|while|which|{COMMA}) ")
_SHORTEST_CLAUSE = 2


def in_crisis(asked: Message) -> bool:
    """True for the words of somebody who may harm themselves, or who fears that another person will."""
    return any(heard(asked))


def is_plain_speech(text: str) -> bool:
    """True when what was heard is said in words that mean nothing else."""
    groups = scale("crisis").groups
    return any(heaviest(groups[name], text) >= plain for name, plain in _PLAIN_SPEECH.items())


def heard(asked: Message) -> Iterator[str]:
    """The stretches of a message, as plain text, that speak of somebody in crisis."""
    weights = scale("crisis")
    enough = weights.enough_for(asked)
    for text, in_classes in chain(stretches(asked), _clauses(asked.words)):
        if weights.weigh(text, in_classes) >= enough:
            yield text


def _clauses(words: str) -> Iterator[tuple[str, str]]:
    for sentence in sentences_of(words):
        parts = _CLAUSE.split(sentence)
        if len(parts) > 1:
            yield from ((part, classed(part)) for part in parts if part.count(" ") >= _SHORTEST_CLAUSE)
