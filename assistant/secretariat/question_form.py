"""What a question asks, told by its words alone: strictly, so that a word more, another or the other way round counts.

Two questions have the same form when they ask for the same kind of thing (when, how many, whether one must ...) with
the same facts and the same words that carry meaning, once ways of saying the same are made one.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.citing.facts import MARK, facts
from assistant.secretariat.question_words import (
    ACTORS,
    EMPTY,
    EVERY_DAY,
    HAVING,
    KINDS,
    LASTING,
    LIGHT,
    ONESELF,
    PASSIVE,
    PERSONS,
    SAYINGS,
    TURNS,
    UNITS,
    WHETHER,
    YES_OR_NO,
    concept,
)
from assistant.wording import words


@dataclass(frozen=True, slots=True)
class Form:
    """`kind` is what is asked for; `facts` its figures, dates and addresses; `actors` who does what to whom, in order.

    `said` are the words that carry meaning; `by_oneself` says whether it has an "I" where others name the person.
    """

    kind: str
    facts: tuple[tuple[str, Hashable, str], ...]
    said: frozenset[str]
    actors: tuple[str, ...]
    by_oneself: bool


def same_form(one: Form, other: Form) -> bool:
    """Whether both ask the same, as far as words can tell."""
    if (one.kind, one.facts) != (other.kind, other.facts):
        return False
    if _unmatched(one, other) or _unmatched(other, one):
        return False
    both = set(one.actors) & set(other.actors)
    return [actor for actor in one.actors if actor in both] == [actor for actor in other.actors if actor in both]


@lru_cache(maxsize=5_000)
def form_of(question: str) -> Form:
    """The form of a question; it takes well under a millisecond."""
    read = facts(EVERY_DAY.sub(lambda found: UNITS[(found[1] or found[2]).lower()[:3]], question))
    text = _said_plainly(read.rest.lower().replace("’", "'").replace(MARK, " ").rstrip("?!. "))
    kind, rest = _kind(text)
    carrying = [concept(word) for word in words(rest) if word not in EMPTY]
    turned = [name for name, pattern in TURNS if pattern.search(text)]
    if kind == "whether" and len(ACTORS & set(carrying)) > 1 and HAVING.search(text):
        turned.append("have")
    return Form(
        kind=kind,
        facts=tuple(sorted(((fact.kind, fact.value, fact.bound) for fact in read.found), key=repr)),
        said=frozenset([*carrying, *turned]),
        actors=_in_order(rest, carrying),
        by_oneself=bool(ONESELF.search(question)),
    )


def _unmatched(one: Form, other: Form) -> frozenset[str]:
    """What carries meaning in the one and is neither in the other nor to be left out."""
    spoken_for = PERSONS if other.by_oneself else frozenset()
    return one.said - other.said - LIGHT - spoken_for


def _said_plainly(text: str) -> str:
    text = " ".join(text.split())
    for pattern, put in SAYINGS:
        text = " ".join(pattern.sub(put, text).split())
    return text


def _kind(text: str) -> tuple[str, str]:
    """What is asked for, and the text without the words that ask for it."""
    if YES_OR_NO.match(text):
        for kind, pattern in WHETHER:
            if pattern.search(text):
                return kind, pattern.sub(" ", text)
        return "whether", text
    asking = ((found.start(), place) for place, (_, pattern) in enumerate(KINDS) if (found := pattern.search(text)))
    first = min(asking, default=None)
    if first is None:
        return "", text
    kind, pattern = KINDS[first[1]]
    rest = pattern.sub(" ", text, count=1)
    return kind, LASTING.sub("", rest) if kind.startswith("how") else rest


def _in_order(text: str, carrying: Sequence[str]) -> tuple[str, ...]:
    """Who acts comes first: of "a member is removed by the Minister" it is the Minister."""
    actors = [word for word in carrying if word in ACTORS]
    if len(actors) > 1 and PASSIVE.search(text):
        actors = [actors[-1], *actors[:-1]]
    return tuple(dict.fromkeys(actors))
