"""What can be checked to the letter: numbers, sums, dates, times, spans of time, addresses and codes."""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from assistant.citing.cues import BOUNDS, BOUNDS_AFTER, phrases
from assistant.citing.kinds import KINDS
from assistant.citing.numbers import in_digits
from assistant.citing.quotes import fold

MARK = "§"
"""Stands in the rest of a text for each character that belonged to a fact."""


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure or address in one canonical form, whatever its spelling.

    Spans of time count in minutes, days or months, so that a fortnight is 14 days and a year 12 months. `bound` is
    what limits it ("at least", "by"), in one spelling. `start` and `end` are places in `Facts.rest`.
    """

    kind: str
    value: Hashable
    shown: str
    start: int
    end: int
    bound: str = ""

    def agrees(self, claimed: "Fact") -> bool:
        """Whether this fact of the pack has the value claimed. A claimed date may leave out a part, never add one."""
        if self.kind == "date" and claimed.kind == "date":
            return all(wanted in (None, given) for wanted, given in zip(_date(claimed), _date(self), strict=True))
        if self.kind == "date" and claimed.kind == "number":
            return _date(self)[0] == claimed.value
        return (self.kind, self.value) == (claimed.kind, claimed.value)


@dataclass(frozen=True, slots=True)
class Facts:
    """The facts of a text in their order, and the text with numbers in digits and each fact marked out."""

    found: tuple[Fact, ...]
    rest: str


_CONTRACTED = tuple(
    (re.compile(pattern, re.IGNORECASE), spelt)
    for pattern, spelt in (
        (r"\b(?:can't|cannot)\b", "can not"),
        (r"\bwon't\b", "will not"),
        (r"n't\b", " not"),
        (r"'re\b", " are"),
        (r"'ll\b", " will"),
        (r"'ve\b", " have"),
    )
)


@lru_cache(maxsize=2_000)
def facts(text: str) -> Facts:
    """Every figure, date and address of a text."""
    rest = fold(text)[0]
    for pattern, spelt in _CONTRACTED:
        rest = pattern.sub(spelt, rest)
    rest = in_digits(rest)
    found: list[Fact] = []
    for pattern, read in KINDS:
        for match in list(pattern.finditer(rest)):
            values = [Fact(kind, value, match[0].strip(), *match.span()) for kind, value in read(match)]
            if values:
                found.extend(values)
                rest = rest[: match.start()] + MARK * len(match[0]) + rest[match.end() :]
    found.sort(key=lambda fact: fact.start)
    return _bounded(found, rest)


def _date(fact: Fact) -> tuple[int | None, int | None, int | None]:
    year, month, day = fact.value if isinstance(fact.value, tuple) else (None, None, None)
    return year, month, day


_LEADING = tuple(
    (bound, re.compile(rf"\b(?:{phrases(listed)})(?: (?:of|the|a|an|some|another|about))*\s*$", re.IGNORECASE))
    for bound, listed in BOUNDS
)
_TRAILING = tuple((bound, re.compile(rf"^\s*(?:{phrases(listed)})\b", re.IGNORECASE)) for bound, listed in BOUNDS_AFTER)
_SAME_MOMENT = re.compile(r"^\s*(?:,|at|on|of|the|\s)*$")
_TO = re.compile(r"^\s*(?:to|until|till|-)\s*(?:the\s*)?$")


def _bounded(found: Sequence[Fact], rest: str) -> Facts:
    """Each fact with what limits it. The day, date and hour of one moment share their bound; a range has none."""
    bounded: list[Fact] = []
    for place, fact in enumerate(found):
        between = rest[found[place - 1].end : fact.start] if place else rest[: fact.start]
        before = bounded[-1] if bounded else None
        if before and before.start == fact.start:
            bounded.append(replace(fact, bound=before.bound))
        elif before and _TO.match(between):
            bounded[-1] = replace(before, bound="" if before.bound == "from" else before.bound)
            bounded.append(fact)
        elif before and _SAME_MOMENT.match(between) and {before.kind, fact.kind} <= {"date", "time", "weekday"}:
            bounded.append(replace(fact, bound=before.bound))
        else:
            bound, start, end = _bound(rest, fact, len(rest[: fact.start]) - len(between))
            bounded.append(replace(fact, bound=bound))
            rest = rest[:start] + MARK * (end - start) + rest[end:]
    return Facts(tuple(bounded), rest)


def _bound(rest: str, fact: Fact, begin: int) -> tuple[str, int, int]:
    """What limits a fact, and where that stands in the text after `begin`."""
    for bound, pattern in _TRAILING:
        if match := pattern.search(rest[fact.end :]):
            return bound, fact.end, fact.end + match.end()
    for bound, pattern in _LEADING:
        if match := pattern.search(rest[begin : fact.start]):
            return bound, begin + match.start(), begin + match.end()
    return "", fact.start, fact.start
