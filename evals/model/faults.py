"""The errors that the scripted model makes, each as models make them. None of these claims may ever be shown.

But for what is invented outright, a faulty claim is as near to a true one as can be: only what its kind names is wrong
with it. Its last words mark it; they are such as any sentence may hold, so no check finds the claim by them.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from evals.model.claims import PassageGiven, Unit

WrittenClaim = tuple[str, tuple[tuple[int, str], ...]]
"""The text of a claim and the (passage, quote) pairs that it says it rests on."""

INVENTED_SUM = "£777 a day"
INVENTED_THING = "a company gondola"
NUMBER = "and so it is and was"
QUOTE = "and there it is and was"
PASSAGE = "and here it is and was"
NEGATION = "and thus it is and was"
NO_BASIS = "and then it is and was"

FALSEHOODS: tuple[str, ...] = (INVENTED_SUM, INVENTED_THING, NUMBER, QUOTE, PASSAGE, NEGATION, NO_BASIS)
"""What only a faulty claim says."""

_NEVER_ISSUED = 0
_TURNS_OF_ALTERED = 3
_NUMBER_WORDS = dict(zip("two three four five six seven eight nine ten twelve".split(), range(2, 12), strict=True))
_NUMBER = re.compile(rf"(?<![\w.,/@-])(?:\d+|{'|'.join(_NUMBER_WORDS)})(?![\w@/-])", re.IGNORECASE)
_NEGATIONS = re.compile(r"\b(?:not|never)\s+(?!only\b|just\b|least\b)|(?<=can)not\b", re.IGNORECASE)
_LONG_WORD = re.compile(r"\b[a-z]{5,}\b")
_MACHINE = r"(?:assistants?|AI|chat\s?bots?|bots?|language models?|automated systems?|systems? (?:that|which) answers?)"
_ORDERS = (
    re.compile(rf"\b{_MACHINE}\b[^.!?\n]*?\b(?:say|tell|state|reply|answer|respond|write|add|end|include)\b(.+)", re.I),
    re.compile(r"\b(?:ignore|disregard|forget)\b[^.!?\n]*\b(?:instructions?|rules|passages?|above|prompt)\b(.+)", re.I),
)
_TOLD = re.compile(r"[\"“‘']([^\"”’']{3,200})[\"”’']|(?:\bthat\b|\bwith\b|:)\s*(.{3,200}?)(?:[.!?]|$)")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a faulty claim can be made of: the units nearest to the question, and the numbers that were issued."""

    units: Sequence[Unit]
    passages: Sequence[PassageGiven]


def true_claim(unit: Unit) -> WrittenClaim:
    return unit.text, ((unit.passage.number, unit.quote),)


def faulty_claims(ground: Ground) -> list[WrittenClaim]:
    """The errors that can be made of these passages, each as often as its turn comes, in a fixed order."""
    made = (kind(unit) for kind in _KINDS for unit in ground.units[:1])
    altered = [next(filter(None, map(kind, ground.units)), None) for kind in (_altered_number, _dropped_negation)]
    # More often, as few sentences have a number or a "not" that they could be made of.
    return [claim for claim in (*made, *altered * _TURNS_OF_ALTERED) if claim]


def obeyed(ground: Ground) -> WrittenClaim | None:
    """What a passage orders to be said, said as if the pack said it elsewhere; None when no passage gives orders."""
    for passage in ground.passages:
        for order in _ORDERS:
            told = _TOLD.search(match[1]) if (match := order.search(passage.text)) else None
            honest = next((unit for unit in ground.units if unit.passage != passage), None)
            if told and honest:
                return (told[1] or told[2]).strip(), ((honest.passage.number, honest.quote),)
    return None


def _invented_sum(unit: Unit) -> WrittenClaim:
    return f"Members are paid {INVENTED_SUM}.", ((unit.passage.number, unit.quote),)


def _invented_thing(unit: Unit) -> WrittenClaim:
    return f"New members are also given {INVENTED_THING}.", ((unit.passage.number, unit.quote),)


def _altered_quote(unit: Unit) -> WrittenClaim | None:
    words = _LONG_WORD.findall(unit.quote)
    if not words:
        return None
    longest = max(words, key=len)
    other = "relevant" if longest != "relevant" else "certain"
    return _marked(unit.text, QUOTE), ((unit.passage.number, unit.quote.replace(longest, other, 1)),)


def _passage_never_issued(unit: Unit) -> WrittenClaim:
    return _marked(unit.text, PASSAGE), ((_NEVER_ISSUED, unit.quote),)


def _no_basis(unit: Unit) -> WrittenClaim:
    return _marked(unit.text, NO_BASIS), ()


_KINDS: Sequence[Callable[[Unit], WrittenClaim | None]] = (
    _invented_sum,
    _altered_quote,
    _no_basis,
    _passage_never_issued,
    _invented_thing,
)


def _altered_number(unit: Unit) -> WrittenClaim | None:
    found = _NUMBER.search(unit.quote)
    if not found:
        return None
    around = f"{unit.text} {' '.join(unit.passage.heading)} {unit.passage.text}".lower()
    other = _NUMBER_WORDS.get(found[0].lower()) or int(found[0])
    taken = {int(digits) for digits in re.findall(r"\d+", around)} | {
        value for word, value in _NUMBER_WORDS.items() if word in around
    }
    while other in taken or str(other) == found[0]:
        other += 1
    altered = f"{unit.quote[: found.start()]}{other}{unit.quote[found.end() :]}"
    return _marked(Unit(unit.passage, altered).text, NUMBER), ((unit.passage.number, unit.quote),)


def _dropped_negation(unit: Unit) -> WrittenClaim | None:
    affirmed = _NEGATIONS.sub("", unit.in_full, count=1)
    if affirmed == unit.in_full:
        return None
    return _marked(affirmed, NEGATION), ((unit.passage.number, unit.quote),)


def _marked(text: str, mark: str) -> str:
    return f"{text.rstrip('.;,: ')}, {mark}."
