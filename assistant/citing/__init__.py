"""A claim and its evidence become a checked sentence with citations, or fall out. Pure functions.

What may hold a part of a sentence up:

- a figure, date or address: the quotes, and the label or the sentence that leads into the quoted list;
- a name: those, the headings and title above the quote, the rest of the table row it is a cell of, and the names that
  every answer may use (the campaign's and the body's);
- another content word: those, and the words before the quote in its own clause, where its subject stands;
- "must", "may", "not", "only": the quote's clause, the lead-in and, whole, a heading.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.citing.figures import figure_fault
from assistant.citing.polarity import lead_in_fault, polarity_fault
from assistant.citing.quotes import Ground, find_quote
from assistant.citing.terms import content_fault, name_fault
from assistant.domain import Citation, Claim, Dropped, Sentence
from assistant.text import clean
from knowledge.domain import Evidence

_LONGEST = 1_000
"""Characters of a sentence that is not the pack's own."""

_MARKUP = re.compile(r"[<>\[\]{}|`\\*_#~^]")


@dataclass(frozen=True, slots=True)
class Checked:
    """A sentence that passed, and the citations it brings that were not there before."""

    sentence: Sentence
    citations: tuple[Citation, ...]


def cite(
    claim: Claim, evidence: Sequence[Evidence], citations: tuple[Citation, ...], *, names: Sequence[str] = ()
) -> Checked | Dropped:
    """Checks a claim. Numbers go on from `citations`, and a quote that is already among them keeps its number.

    `names` are names that any sentence may use without a quote: the campaign's and the body's.
    """
    text = clean(claim.text)
    if not text:
        return Dropped(claim, "says nothing")
    if not claim.rests_on:
        return Dropped(claim, "rests on nothing")
    grounds: list[Ground] = []
    for basis in claim.rests_on:
        if not 1 <= basis.number <= len(evidence):
            return Dropped(claim, f"passage {basis.number} was not issued")
        ground = find_quote(evidence[basis.number - 1].passage, basis.quote)
        if ground is None:
            return Dropped(claim, f"the quote does not stand in passage {basis.number}")
        grounds.append(ground)
    if fault := _fault(text, grounds, names):
        return Dropped(claim, fault)
    return _cited(text, grounds, citations)


def _fault(text: str, grounds: Sequence[Ground], names: Sequence[str]) -> str | None:
    if len(grounds) == 1 and grounds[0].is_said_by(text):
        return lead_in_fault(grounds[0])
    if len(text) > _LONGEST:
        return f"is longer than {_LONGEST} characters"
    close = [part for ground in grounds for part in (ground.quote, ground.passage.label, ground.lead_in)]
    wide = "\n".join((*close, *(part for ground in grounds for part in (ground.row, ground.frame)), *names))
    return (
        _markup_fault(text, wide)
        or figure_fault(text, close)
        or name_fault(text, wide)
        or polarity_fault(text, grounds)
        or content_fault(text, "\n".join((wide, *(ground.before for ground in grounds))))
    )


def _markup_fault(text: str, ground: str) -> str | None:
    foreign = set(_MARKUP.findall(text)) - set(ground)
    return f'has "{min(foreign)}", which is not in the quote' if foreign else None


def _cited(text: str, grounds: Sequence[Ground], citations: tuple[Citation, ...]) -> Checked:
    numbers = {(citation.passage.id, citation.quote): citation.number for citation in citations}
    following = max(numbers.values(), default=0) + 1
    new: list[Citation] = []
    used: list[int] = []
    for ground in grounds:
        place = (ground.passage.id, ground.quote)
        if place not in numbers:
            numbers[place] = following + len(new)
            new.append(Citation(numbers[place], ground.passage, ground.quote))
        if numbers[place] not in used:
            used.append(numbers[place])
    return Checked(Sentence(text, tuple(used)), tuple(new))
