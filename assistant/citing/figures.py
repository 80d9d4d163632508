"""Whether every figure, date and address of a sentence stands in the words it rests on, and beside the same words."""

import re
from collections.abc import Sequence
from functools import lru_cache

from assistant.citing.facts import MARK, Fact, facts
from assistant.citing.terms import content

_BOUNDARY = re.compile(rf"[,;:.!?\n{MARK}]|\b(?:and|but|or|while|whereas)\b")
_BESIDE = 2

Placed = tuple[Fact, frozenset[str]]
"""A fact and the stems of the content words next to it."""


def figure_fault(sentence: str, grounds: Sequence[str]) -> str | None:
    """A figure that none of the grounds has, or has with another bound or beside other words, or None."""
    given = [placed for ground in grounds for placed in _placed(ground)]
    for fact, beside in _placed(sentence):
        agreeing = [placed for placed in given if placed[0].agrees(fact)]
        if not agreeing:
            return f'"{fact.shown}" is not in the quote'
        bounded = [placed for placed in agreeing if placed[0].bound == fact.bound]
        if not bounded:
            return f'"{fact.bound} {fact.shown}" is not what the quote says'.replace('" ', '"')
        others = [placed for placed in given if placed[0].kind == fact.kind and not placed[0].agrees(fact)]
        if _most_shared(beside, others) > _most_shared(beside, bounded):
            return f'"{fact.shown}" belongs to other words in the quote'
    return None


@lru_cache(maxsize=2_000)
def _placed(text: str) -> tuple[Placed, ...]:
    read = facts(text)
    return tuple((fact, _beside(read.rest, fact)) for fact in read.found)


def _beside(rest: str, fact: Fact) -> frozenset[str]:
    left = _BOUNDARY.split(rest[: fact.start].rstrip(f" {MARK}"))[-1]
    right = _BOUNDARY.split(rest[fact.end :].lstrip(f" {MARK}"), maxsplit=1)[0]
    return frozenset(content(left)[-_BESIDE:] + content(right)[:_BESIDE])


def _most_shared(beside: frozenset[str], others: Sequence[Placed]) -> int:
    return max((len(beside & words) for _, words in others), default=0)
