"""What a case of the evals looks like on its line, and what is wrong with one by itself.

The evals read their files by it, and the secretariat's console makes cases by it: a case that the one makes, the other
takes.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from assistant.domain import MAX_QUESTION, Outcome
from knowledge.domain import Block, BlockKind
from knowledge.quotes import folded, stands

KINDS: Final = (
    "ambiguous amended answerable child_at_risk crisis deal_breaker drafting false_premise follow_up fragment greeting "
    "instructions list not_in_pack off_topic own_chances partly_answerable personal_data table topic_change "
    "work_of_the_body"
).split()
"""What a case may be about: each kind is a file of its campaign's folder."""

_STRAIGHT: Final = str.maketrans("’‘“”–—", "''\"\"--")

_SILENT = frozenset(Outcome) - {Outcome.ANSWERED, Outcome.PARTLY_ANSWERED}
_WITH_TURNS = ("follow_up", "topic_change")
_FEWEST_WORDS = 3
_LONG_NUMBER = re.compile(r"\d(?:[,.]?\d){2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class TurnLine(BaseModel):
    """An earlier question of the conversation and what was said to it."""

    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str


class CaseLine(BaseModel):
    """A case as it stands in a file: one object a line. Its fields are told at evals.domain.Case."""

    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    question: str
    turns: list[TurnLine] = []
    outcomes: list[Outcome]
    rests_on: list[str] = []
    pages: list[int | None] = []
    says: list[list[str]] = []
    never_says: list[str] = []
    note: str = ""
    author: str
    date: str
    pack: str = ""


class TurnRead(Protocol):
    @property
    def question(self) -> str: ...
    @property
    def answer(self) -> str: ...


class CaseRead(Protocol):
    """A case, on its line or taken from it."""

    @property
    def kind(self) -> str: ...
    @property
    def question(self) -> str: ...
    @property
    def turns(self) -> Sequence[TurnRead]: ...
    @property
    def outcomes(self) -> Collection[Outcome]: ...
    @property
    def rests_on(self) -> Sequence[str]: ...
    @property
    def pages(self) -> Sequence[int | None]: ...
    @property
    def says(self) -> Sequence[Sequence[str]]: ...
    @property
    def never_says(self) -> Sequence[str]: ...
    @property
    def author(self) -> str: ...
    @property
    def date(self) -> str: ...


def faults(case: CaseRead, blocks: Sequence[Block]) -> list[str]:
    """What is wrong with a case against its pack's blocks, each with the remedy; none when it is in order."""
    return [fault for check in _CHECKS for fault in check(case, blocks)]


def asked(case: CaseRead) -> object:
    """What a case asks: the same for two that differ in nothing but marks and capitals."""
    return (_words(case.question), tuple((_words(turn.question), _words(turn.answer)) for turn in case.turns))


def page_of(quote: str, blocks: Iterable[Block]) -> int | None:
    """The page that a quote stands on; None where it stands on several, or in a document without pages."""
    pages = {block.page for block in _holding(quote, blocks)}
    return pages.pop() if len(pages) == 1 else None


def _quotes(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:
    for quote in case.rests_on:
        holding = _holding(quote, blocks)
        if not holding:
            yield f"“{quote}” does not stand in the pack: quote one sentence, list item or table row word for word"
        elif all(block.kind is BlockKind.TABLE_ROW and folded(quote) != folded(block.text) for block in holding):
            yield f"“{quote}” is a part of a table row: quote the whole row, “{folded(holding[0].text)}”"
        elif not _means_something(quote, holding):
            yield f"“{quote}” is too short to be evidence: quote the sentence that it stands in"


def _pages(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:
    right = [page_of(quote, blocks) for quote in case.rests_on]
    given = [*case.pages] or [None] * len(right)
    if len(given) != len(right):
        yield f"it has {len(given)} pages for {len(right)} quotes: give one for each, null where pages don't count"
    elif given != right and all(_holding(quote, blocks) for quote in case.rests_on):
        yield f"its quotes don't stand on the pages {given}: write {right} (null: several pages, or none)"


def _outcomes(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001 - every check takes both
    if not case.outcomes:
        yield "it allows no outcome: name one"
    elif case.rests_on and set(case.outcomes) <= _SILENT:
        yield "it rests on quotes and may not be answered: take the quotes out, or allow it to be answered"
    elif not case.rests_on and not set(case.outcomes) & _SILENT:
        yield "it must be answered and rests on nothing: give the quotes that the answer is in"


def _questions(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    for question in (case.question, *(turn.question for turn in case.turns)):
        if not question.strip():
            yield "a question is empty: write one"
        if len(question) > MAX_QUESTION:
            yield f"a question has {len(question)} characters, and the assistant takes {MAX_QUESTION}: shorten it"
    if any(not turn.answer.strip() for turn in case.turns):
        yield "an earlier turn has no answer: give what was said"
    if case.kind in _WITH_TURNS and not case.turns:
        yield f"a {case.kind} needs earlier turns: give them, or move it to another kind"


def _facts(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    said = " ".join(case.rests_on)
    for alternatives in case.says:
        if not alternatives or not all(one.strip() for one in alternatives):
            yield f"says has an empty alternative in {list(alternatives)}: take it out"
        elif case.rests_on and not any(_says(one, said) for one in alternatives):
            yield f"none of {list(alternatives)} stands in its quotes: add the quote, or the pack's words for it"


def _forbidden(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    for words in case.never_says:
        if not words.strip():
            yield "never_says has an empty entry: take it out"
            continue
        asked = [one for alternatives in case.says for one in alternatives if _says(words, one)]
        if asked:
            yield f"never_says “{words}” is in what must be said, “{asked[0]}”: take out one of them"
        if quoted := [quote for quote in case.rests_on if _says(words, quote)]:
            yield f"never_says “{words}” is in its own quote “{quoted[0]}”: no answer could give it word for word"


def _origin(case: CaseRead, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    if not case.author.strip():
        yield "it has no author: say who wrote it"
    if not _is_day(case.date):
        yield f"its date “{case.date}” is none: write the day like 2026-11-23"


_CHECKS = (_quotes, _pages, _outcomes, _questions, _facts, _forbidden, _origin)


def _holding(quote: str, blocks: Iterable[Block]) -> list[Block]:
    return [block for block in blocks if stands(quote, block.text)]


def _means_something(quote: str, holding: Sequence[Block]) -> bool:
    """A few words are evidence when they are all that is said there, or a sum or a number that is no accident."""
    if len(quote.split()) >= _FEWEST_WORDS or _LONG_NUMBER.search(quote):
        return True
    return any(folded(quote) in map(folded, (block.text, *block.text.splitlines())) for block in holding)


def _says(words: str, text: str) -> bool:
    return stands(words.translate(_STRAIGHT).casefold(), text.translate(_STRAIGHT).casefold())


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.translate(_STRAIGHT).casefold()))


def _is_day(text: str) -> bool:
    try:
        return bool(_DAY.fullmatch(text)) and bool(date.fromisoformat(text))
    except ValueError:
        return False
