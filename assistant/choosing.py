"""Which sentences to say when the evidence answers: the best one, what it needs to be understood, or a whole list."""

import re
from collections.abc import Sequence

from assistant.ranking import ROWS, Aim, Ranked
from assistant.reading import Support
from assistant.wording import content_words, stem, stems
from knowledge.domain import BlockKind, Evidence, Passage

_CLOSE = 0.03
"""Rank below the best within which another sentence is said too."""
_NEARLY = 0.1
"""What another sentence may be behind the best in fitting the question's words by itself."""
_MOST = 3
_LEANS = re.compile(
    r"^(?:(?:this|these|those|it|they|such|both|he|she)\s+(?:(?:also|will|may|must|can|should)\s+)?"
    r"(?:is|are|was|were|has|have|had|be|includes?|included|means|meant|helps?|involves?|takes?|covers?|lasts?"
    r"|appl(?:y|ies)|requires?|needs?|gives?|makes?|will|may|must|can|should)\b|to do (?:this|so)\b|for this\b"
    r"|the same\b)",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"\b(?:list|all|every|each|item by item|one by one|who|responsibilit\w*|dut(?:y|ies)"
    r"|tasks?|criteria|requirements?|documents|stages|steps|dates"
    r"|members|committees|roles?|what (?:are|do|does|would|will|must|should)|which (?:are|of))\b",
    re.IGNORECASE,
)
_NAMED_BY = 0.6
"""Share of the question's telling words that a heading or lead-in must hold for its list to be what was asked for."""
_TOGETHER, _ALIKE = 5, 0.15
"""Two of so many best sentences that stand in one list, no further apart in rank, say that the list was asked for."""


def choose(
    aim: Aim, ranked: Sequence[Ranked], evidence: Sequence[Evidence], *, by_words: Sequence[Ranked]
) -> tuple[Support, ...]:
    """What to quote, in the order to say it. A list is known by its words: no item alone says what the duties are."""
    if listed := _whole_list(aim, by_words, evidence):
        return listed
    best = ranked[0]
    close = [found for found in ranked[:_MOST] if best.rank - found.rank <= _CLOSE and _as_good(found, best)]
    supports: dict[tuple[str, str], Support] = {}
    for found in close:
        for support in _understandable(found, evidence):
            supports.setdefault((support.evidence.passage.id, support.quote), support)
    return _with_differing(tuple(supports.values()), evidence)


def names_its_list(aim: Aim, ranked: Sequence[Ranked], evidence: Sequence[Evidence]) -> bool:
    """Whether the sentence that fits best by words is of a list whose lead-in says what the question asks for.

    Then the list answers, though no item does by itself: "You cannot be appointed if you: are bankrupt".
    """
    passage = evidence[ranked[0].match.place].passage
    if passage.kind is not BlockKind.LIST_ITEM or not passage.lead_in or not _LISTS.search(aim.text):
        return False
    return bool(aim.subject and aim.subject.stated and aim.subject.is_stated_in(passage.lead_in))


def _as_good(found: Ranked, best: Ranked) -> bool:
    alike = found.match.soft >= best.match.soft - _NEARLY
    return alike and found.held >= best.held and found.stated >= best.stated


def _whole_list(aim: Aim, ranked: Sequence[Ranked], evidence: Sequence[Evidence]) -> tuple[Support, ...]:
    """All items of the list that was asked for, in the order of the pack; nothing when none was."""
    if not _LISTS.search(aim.text):
        return ()
    alike = [found for found in ranked[:_TOGETHER] if ranked[0].rank - found.rank <= _ALIKE]
    top = [(found, evidence[found.match.place].passage) for found in alike]
    for found, passage in top[:_MOST]:
        if passage.kind is not BlockKind.LIST_ITEM:
            continue
        beside = {other.id for _, other in top if _same_list(other, passage)}
        if len(beside) > 1 or _names(aim, passage):
            items = [one for one in evidence if _same_list(one.passage, passage)]
            ordered = sorted(items, key=lambda one: one.passage.order)
            return tuple(Support(one, one.passage.text, found.rank) for one in ordered)
    return ()


def _names(aim: Aim, passage: Passage) -> bool:
    """Whether the heading or the lead-in of a list is what the question asks about."""
    above = " ".join([*passage.heading[-1:], passage.lead_in])
    telling = [stem(word) for word in content_words(aim.text)]
    named = set(stems(above))
    if telling and sum(word in named for word in telling) >= _NAMED_BY * len(telling):
        return True
    return bool(aim.subject and aim.subject.stated and aim.subject.is_stated_in(above))


def _same_list(one: Passage, other: Passage) -> bool:
    return one.group > 0 and (one.document, one.kind, one.group) == (other.document, other.kind, other.group)


def _understandable(found: Ranked, evidence: Sequence[Evidence]) -> list[Support]:
    """The sentence with what it leans on and what leans on it: "This includes ..." is nothing alone."""
    here = evidence[found.match.place]
    if here.passage.kind in ROWS:
        return [Support(here, here.passage.text, found.rank)]
    sentences = found.sentences
    first = last = sentences.index((found.match.start, found.match.end))
    if first > 0 and _LEANS.match(found.match.text):
        first -= 1
    text = here.passage.text
    if last + 1 < len(sentences) and _LEANS.match(text[slice(*sentences[last + 1])]):
        last += 1
    return [Support(here, text[slice(*span)], found.rank) for span in sentences[first : last + 1]]


def _with_differing(supports: tuple[Support, ...], evidence: Sequence[Evidence]) -> tuple[Support, ...]:
    """Adds what other documents give for the same label, or in the same row, and puts the newest first."""
    added = list(supports)
    known = {support.evidence.passage.id for support in supports}
    for support in supports:
        for other in evidence:
            if other.passage.id not in known and _same_fact(support.evidence.passage, other.passage):
                known.add(other.passage.id)
                added.append(Support(other, other.passage.text, support.score))
    if len({support.evidence.passage.document for support in added}) == 1:
        return tuple(added)
    return tuple(sorted(added, key=lambda support: _newest_first(support.evidence.passage)))


def _same_fact(one: Passage, other: Passage) -> bool:
    """Two labelled values or table rows of different documents, for one label, that are not the same."""
    if one.document == other.document or not {one.kind, other.kind} <= set(ROWS):
        return False
    return bool(_key(one)) and _key(one) == _key(other) and one.text != other.text


def _key(passage: Passage) -> str:
    """What a row is about: its label, else its first cell."""
    label = passage.label or (passage.text.split(";")[0] if passage.kind is BlockKind.TABLE_ROW else "")
    return " ".join(stems(label))


def _newest_first(passage: Passage) -> tuple[bool, int]:
    return (passage.dated is None, -passage.dated.toordinal() if passage.dated else 0)
