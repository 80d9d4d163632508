"""Whether a sentence is as sure, as binding and as exclusive as the words it rests on: "must", "may", "not", "only"."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from assistant.citing.cues import CUES, phrases
from assistant.citing.facts import MARK, facts
from assistant.citing.quotes import Ground
from assistant.citing.terms import is_content
from assistant.wording import stem

_NAMES = tuple(frozenset(names.split()) for names, _ in CUES)
_TOKEN = re.compile(
    "|".join(rf"(\b(?:{phrases(listed)})\b)" for _, listed in CUES) + rf"|({MARK}+)|(\w+(?:'\w+)?)|([;:.!?]|,)"
)

_RULING = frozenset({"not", "exempt", "prohibit", "cannot", "doubt", "except", "only"})
_MODALS = frozenset({"must", "should", "may", "can", "perhaps", "prohibit", "cannot", "exempt", "doubt"})
_STANCES = _RULING | _MODALS | {"if", "roughly"}
_DENYING = frozenset({"not", "prohibit", "cannot", "except"})
_TRAILING = frozenset({"except", "only", "if"})
_STANDS_FOR_IF = re.compile(r"\b(?:when|where|once|whenever|who|those|anyone)\b")
_STOPS = frozenset({"but", "although", "however", "whereas"})
_REACH = 3


@dataclass(frozen=True, slots=True)
class _Item:
    """A cue, a content word (its stem) or a stop, in the order of the text."""

    stances: frozenset[str] = frozenset()
    stem: str = ""
    stop: str = ""


@lru_cache(maxsize=2_000)
def _read(text: str) -> tuple[_Item, ...]:
    plain = facts(text).rest.lower()
    return tuple(item for match in _TOKEN.finditer(plain) if (item := _item(match)))


def _item(match: re.Match[str]) -> _Item | None:
    place = (match.lastindex or 0) - 1
    if place < len(_NAMES):
        return _Item(stances=_NAMES[place]) if _NAMES[place] else None
    if place == len(_NAMES):
        return None
    word = match[0]
    if place == len(_NAMES) + 2 or word in _STOPS or word == "and":
        return _Item(stop=word)
    return _Item(stem=stem(word)) if is_content(word) else None


def stances(text: str) -> frozenset[str]:
    """The ways in which a text binds, allows, denies or limits what it says."""
    return frozenset().union(*(item.stances for item in _read(text)))


def polarity_fault(sentence: str, grounds: Sequence[Ground]) -> str | None:
    """What the sentence says more or less firmly than the words it rests on, or None."""
    said = stances(sentence)
    known = frozenset().union(*(_may_say(ground, said) for ground in grounds))
    if added := (said & (_STANCES | {"all"})) - known:
        return f'says "{min(added)}" where the passage does not'
    due = frozenset().union(*(_has_to_say(ground, said) for ground in grounds))
    if lost := due - said - _stand_ins(sentence):
        return f'leaves out the "{min(lost)}" of the passage'
    return _moved(sentence, grounds)


def lead_in_fault(ground: Ground) -> str | None:
    """What is lost when the words of a quote are said without the sentence that leads into them, or None.

    An item of a list may be given without the "if" that leads into it, never without its "not".
    """
    if not ground.lead_in:
        return None
    lost = stances(ground.lead_in) & _DENYING
    return f'leaves out the "{min(lost)}" of the lead-in' if lost else None


def _may_say(ground: Ground, said: frozenset[str]) -> frozenset[str]:
    near = (ground.quote, ground.before, ground.after, ground.tail, ground.lead_in, ground.row)
    known = frozenset().union(*(stances(text) for text in near))
    # A heading ("Who cannot apply", "Essential criteria") rules what stands below it, whole or not at all.
    for line in ground.frame.split("\n"):
        heading = stances(line)
        if ("not" in heading) == ("not" in said):
            known |= heading
    return known


def _has_to_say(ground: Ground, said: frozenset[str]) -> frozenset[str]:
    return (
        (stances(ground.quote) & _STANCES)
        | (stances(ground.before) & (_RULING | {"if"}))
        | (stances(ground.after) & _RULING)
        | (stances(ground.tail) & _TRAILING)
        | (stances(ground.lead_in) & (_DENYING | {"if"} | (_MODALS if said & _MODALS else frozenset())))
    )


def _stand_ins(sentence: str) -> frozenset[str]:
    return frozenset({"if"}) if _STANDS_FOR_IF.search(sentence.lower()) else frozenset()


def _moved(sentence: str, grounds: Sequence[Ground]) -> str | None:
    """A "not" or a modal that the passage has, but with other words."""
    claimed = _read(sentence)
    near = [
        text
        for ground in grounds
        for text in (ground.before + ground.quote + ground.after, ground.lead_in, ground.row, *ground.frame.split("\n"))
    ]
    given = [_read(text) for text in near if text]
    denied = [_after(items, place) for items in given for place in _denials(items)]
    for place in _denials(claimed):
        reach = _after(claimed, place)
        if reach and denied and not any(set(reach) & set(other) for other in denied):
            return "denies something else than the passage does"
    if len(_denials(claimed)) > len(denied):
        return "denies more often than the passage does"
    for ground in grounds:
        if _undenied(claimed, _read(ground.lead_in), before=False) or _undenied(claimed, _read(ground.quote)):
            return "affirms what the passage denies"
    return _modal_moved(claimed, given)


def _undenied(claimed: Sequence[_Item], ruling: Sequence[_Item], *, before: bool = True) -> bool:
    """What the ruling words deny, the sentence has to deny if it speaks of it.

    Without `before` only by a "not" that comes first: one that comes later may be that of the quote.
    """
    said = {item.stem for item in claimed if item.stem}
    covered = {word for place in _denials(claimed) for word in _after(claimed, place)}
    if before:
        covered |= {word for place in _denials(claimed) for word in _before(claimed, place)}
    governed = (word for place in _denials(ruling) for word in _after(ruling, place)[:1])
    return any(word in said and word not in covered for word in governed)


def _modal_moved(claimed: Sequence[_Item], given: Iterable[Sequence[_Item]]) -> str | None:
    bound: dict[str, set[str]] = {}
    for items in given:
        for place, item in enumerate(items):
            for word in _after(items, place)[:1]:
                bound.setdefault(word, set()).update(item.stances & _MODALS)
    for place, item in enumerate(claimed):
        modals = item.stances & _MODALS
        for word in _after(claimed, place)[:1]:
            if modals and bound.get(word) and not modals & bound[word]:
                return f'says "{min(modals)}" of what the passage says "{min(bound[word])}"'
    return None


def _denials(items: Sequence[_Item]) -> list[int]:
    return [place for place, item in enumerate(items) if "not" in item.stances]


def _after(items: Sequence[_Item], place: int) -> list[str]:
    """The content words that a cue governs: the next few, as far as the next "but", colon or full stop."""
    return _reach(items[place + 1 :], lambda item: item.stop in _STOPS or item.stop in (";", ":", ".", "!", "?"))


def _before(items: Sequence[_Item], place: int) -> list[str]:
    return _reach(items[:place][::-1], lambda item: bool(item.stop))


def _reach(items: Sequence[_Item], stops: Callable[[_Item], bool]) -> list[str]:
    found: list[str] = []
    for item in items:
        if (item.stop and stops(item)) or len(found) == _REACH:
            break
        if item.stem:
            found.append(item.stem)
    return found
