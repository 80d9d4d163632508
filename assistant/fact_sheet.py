"""The fact sheet: of each thing that candidates ask about, whether the pack states it, and where.

Drawn up when a pack is ingested, so that the secretariat sees before launch what candidates will ask in vain.
"""

import difflib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from assistant.domain import Question
from assistant.reading import Part, Support
from assistant.subjects import Subject, subjects
from knowledge.domain import BlockKind, Passage
from knowledge.pack import CAMPAIGN_FILE
from knowledge.store import Report

if TYPE_CHECKING:
    from assistant.answering import Opened

_ASKINGS = 3
"""A subject's first questions, which ask for its main thing in the plainest words."""


class FactSheetError(Exception):
    """The fact sheet can't be read, written or overruled like that; the message names the place and the remedy."""


@dataclass(frozen=True, slots=True)
class Fact:
    """Whether the pack states what candidates want to know of one subject.

    `probability` is the chance that it does, as the reader sees it. `passage` (its id) and `quote` say where; they are
    empty when the pack is silent, and when only campaign.toml says that it is not. `overruled`: campaign.toml says so,
    whatever was found.
    """

    subject: str
    stated: bool
    probability: float
    passage: str
    quote: str
    overruled: bool


@dataclass(frozen=True, slots=True)
class FactSheet:
    """One fact a subject, in the order of subjects.toml."""

    facts: tuple[Fact, ...]

    def of(self, subject: str) -> Fact | None:
        """The fact about the subject of that name."""
        return next((fact for fact in self.facts if fact.subject == subject), None)

    @property
    def stated(self) -> tuple[str, ...]:
        return tuple(fact.subject for fact in self.facts if fact.stated)

    @property
    def silent(self) -> tuple[str, ...]:
        return tuple(fact.subject for fact in self.facts if not fact.stated)

    @property
    def summary(self) -> str:
        """A sentence for people: how much of what candidates ask about the pack states, and on what it is silent."""
        things = f"{len(self.facts)} things that candidates ask about"
        stated, silent = ", ".join(self.stated), ", ".join(self.silent)
        if not silent:
            return f"The pack states all {things}: {stated}."
        if not stated:
            return f"The pack states none of the {things}; it is silent on: {silent}."
        return f"The pack states {len(self.stated)} of {things}: {stated}; it is silent on: {silent}."


def draw_up(
    ask: Callable[[str], Part],
    overruled: Mapping[str, bool],
    among: Iterable[Subject] | None = None,
    texts: Sequence[str] | None = None,
) -> FactSheet:
    """Asks for each subject, and believes an answer only if its words could be about the subject.

    `texts` are the pack's `whole_texts`: a subject that none of them has words for is not asked for at all.
    """
    asked = subjects() if among is None else among
    return FactSheet(tuple(_ruled(_found(subject, ask, texts), overruled.get(subject.name)) for subject in asked))


def whole_texts(passages: Iterable[Passage]) -> tuple[str, ...]:
    """Of each passage every word that could make a quote of it speak of a subject."""
    return tuple("\n".join((*one.heading, one.lead_in, one.label, one.text)) for one in passages)


def has_words_for(subject: Subject, texts: Sequence[str]) -> bool:
    """Whether any of a pack's `whole_texts` could state something about the subject."""
    return any(subject.is_stated_in(text) for text in texts)


def draw_up_for(opened: "Opened", overruled: Mapping[str, bool], report: Report) -> FactSheet:
    """The fact sheet of an opened pack, asked by way of its search and its reader."""

    def ask(text: str) -> Part:
        question = Question(text)
        return opened.reader.read(question, opened.search(question)).parts[0]

    return draw_up(ask, overruled, _counted(subjects(), report), whole_texts(opened.index.passages))


def overruled_by(lines: Iterable[tuple[str, str]]) -> dict[str, bool]:
    """Which subjects campaign.toml says to be stated. FactSheetError for a name that is no subject's."""
    names = [subject.name for subject in subjects()]
    said = dict(lines)
    for name in said:
        if name not in names:
            near = difflib.get_close_matches(name, names, n=1, cutoff=0.0)[0]
            raise FactSheetError(
                f'{CAMPAIGN_FILE}: [fact_sheet] names "{name}", which is not a thing it knows: did you mean "{near}"?'
            )
    return {name: value == "stated" for name, value in said.items()}


def _found(subject: Subject, ask: Callable[[str], Part], texts: Sequence[str] | None) -> Fact:
    if texts is not None and not has_words_for(subject, texts):
        return Fact(subject.name, False, 0.0, "", "", overruled=False)
    return _asked(subject, ask)


def _asked(subject: Subject, ask: Callable[[str], Part]) -> Fact:
    parts = [ask(question) for question in subject.questions[:_ASKINGS]]
    found = [
        (part.probability, support.score, support)
        for part in parts
        if part.answered
        for support in part.supports
        if _speaks_of(subject, support)
    ]
    if not found:
        unanswered = [part.probability for part in parts if not part.answered]
        return Fact(subject.name, False, max(unanswered, default=0.0), "", "", overruled=False)
    probability, _, surest = max(found, key=lambda one: one[:2])
    return Fact(subject.name, True, probability, surest.evidence.passage.id, surest.quote, overruled=False)


def _speaks_of(subject: Subject, support: Support) -> bool:
    """A label says what its own value is about; a heading speaks for others too."""
    passage = support.evidence.passage
    above = () if passage.kind is BlockKind.LABELLED else passage.heading[-2:]
    return subject.is_stated_in(" ".join((*above, passage.lead_in, passage.label, support.quote)))


def _ruled(fact: Fact, stated: bool | None) -> Fact:
    """What campaign.toml says wins."""
    if stated is None:
        return fact
    if not stated:
        return Fact(fact.subject, False, 0.0, "", "", overruled=True)
    return replace(fact, stated=True, probability=1.0, overruled=True)


def _counted(among: Sequence[Subject], report: Report) -> Iterator[Subject]:
    for done, subject in enumerate(among, 1):
        yield subject
        report("Asking what candidates ask", done, len(among))
