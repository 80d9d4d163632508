"""What is wrong with the cases themselves: each complaint names the case, the fault and the remedy."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby
from pathlib import Path

from assistant.domain import MAX_QUESTION, Outcome
from evals.cases import CASES, load_cases, pack_folder
from evals.domain import Case
from evals.fingerprints import affected
from evals.statements import folded, stands, to_be_covered
from knowledge.domain import Block, BlockKind, Pack
from knowledge.pack import load_pack

WHOLLY_COVERED = ("child-safeguarding-panel", "coastal-health-authority", "heritage-rivers-board")
"""Campaigns whose packs are evidence, each sentence of them, for at least one case."""

_SILENT = frozenset(Outcome) - {Outcome.ANSWERED, Outcome.PARTLY_ANSWERED}
_WITH_TURNS = ("follow_up", "topic_change")
_FEWEST_WORDS = 3
_LONG_NUMBER = re.compile(r"\d(?:[,.]?\d){2}")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_STRAIGHT = str.maketrans("’‘“”–—", "''\"\"--")


def lint(cases: Iterable[Case], folder: Path = CASES, *, packs: Callable[[str], Path] = pack_folder) -> list[str]:
    """The complaints, none when the cases are in order; `folder` is where the campaigns' cases lie.

    That a pack is covered is asked only of campaigns whose cases are all among those given.
    """
    cases = sorted(cases, key=lambda case: case.campaign)
    complaints = [*_same_ids(cases)]
    for campaign, group in groupby(cases, key=lambda case: case.campaign):
        its, pack = list(group), load_pack(packs(campaign))
        blocks = [block for document in pack.documents for block in document.blocks]
        for case in its:
            complaints += [f"{_place(case)}: {fault}" for check in _CHECKS for fault in check(case, blocks)]
        complaints += _same_questions(its)
        if campaign in WHOLLY_COVERED and set(load_cases([folder / campaign])) <= set(its):
            complaints += _uncovered(campaign, its, pack)
    for case, why in affected(cases, folder, packs=packs):
        complaints.append(f"{_place(case)}: {why}; see that it still holds, then python -m evals confirm")
    return complaints


def page_of(quote: str, blocks: Iterable[Block]) -> int | None:
    """The page that a quote stands on; None where it stands on several, or in a document without pages."""
    pages = {block.page for block in _holding(quote, blocks)}
    return pages.pop() if len(pages) == 1 else None


def _quotes(case: Case, blocks: Sequence[Block]) -> Iterator[str]:
    for quote in case.rests_on:
        holding = _holding(quote, blocks)
        if not holding:
            yield f"“{quote}” does not stand in the pack: quote one sentence, list item or table row word for word"
        elif all(block.kind is BlockKind.TABLE_ROW and folded(quote) != folded(block.text) for block in holding):
            yield f"“{quote}” is a part of a table row: quote the whole row, “{folded(holding[0].text)}”"
        elif not _means_something(quote, holding):
            yield f"“{quote}” is too short to be evidence: quote the sentence that it stands in"


def _pages(case: Case, blocks: Sequence[Block]) -> Iterator[str]:
    right = [page_of(quote, blocks) for quote in case.rests_on]
    given = [*case.pages] or [None] * len(right)
    if len(given) != len(right):
        yield f"it has {len(given)} pages for {len(right)} quotes: give one for each, null where pages don't count"
    elif given != right and all(_holding(quote, blocks) for quote in case.rests_on):
        yield f"its quotes don't stand on the pages {given}: write {right} (null: several pages, or none)"


def _outcomes(case: Case, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001 - every check takes both
    if not case.outcomes:
        yield "it allows no outcome: name one"
    elif case.rests_on and case.outcomes <= _SILENT:
        yield "it rests on quotes and may not be answered: take the quotes out, or allow it to be answered"
    elif not case.rests_on and not case.outcomes & _SILENT:
        yield "it must be answered and rests on nothing: give the quotes that the answer is in"


def _questions(case: Case, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    for question in (case.question, *(turn.question for turn in case.turns)):
        if not question.strip():
            yield "a question is empty: write one"
        if len(question) > MAX_QUESTION:
            yield f"a question has {len(question)} characters, and the assistant takes {MAX_QUESTION}: shorten it"
    if any(not turn.answer.strip() for turn in case.turns):
        yield "an earlier turn has no answer: give what was said"
    if case.kind in _WITH_TURNS and not case.turns:
        yield f"a {case.kind} needs earlier turns: give them, or move it to another kind"


def _facts(case: Case, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    said = " ".join(case.rests_on)
    for alternatives in case.says:
        if not alternatives or not all(one.strip() for one in alternatives):
            yield f"says has an empty alternative in {list(alternatives)}: take it out"
        elif case.rests_on and not any(_says(one, said) for one in alternatives):
            yield f"none of {list(alternatives)} stands in its quotes: add the quote, or the pack's words for it"


def _forbidden(case: Case, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    for words in case.never_says:
        if not words.strip():
            yield "never_says has an empty entry: take it out"
            continue
        asked = [one for alternatives in case.says for one in alternatives if _says(words, one)]
        if asked:
            yield f"never_says “{words}” is in what must be said, “{asked[0]}”: take out one of them"
        if quoted := [quote for quote in case.rests_on if _says(words, quote)]:
            yield f"never_says “{words}” is in its own quote “{quoted[0]}”: no answer could give it word for word"


def _origin(case: Case, blocks: Sequence[Block]) -> Iterator[str]:  # noqa: ARG001
    if not case.author.strip():
        yield "it has no author: say who wrote it"
    if not _is_day(case.date):
        yield f"its date “{case.date}” is none: write the day like 2026-11-23"


_CHECKS = (_quotes, _pages, _outcomes, _questions, _facts, _forbidden, _origin)


def _same_ids(cases: Sequence[Case]) -> Iterator[str]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            yield f"{_place(case)}: the id stands twice: give one of them another"
        seen.add(case.id)


def _same_questions(cases: Sequence[Case]) -> Iterator[str]:
    seen: dict[object, str] = {}
    for case in cases:
        asked = (_words(case.question), tuple((_words(turn.question), _words(turn.answer)) for turn in case.turns))
        if (first := seen.setdefault(asked, case.id)) != case.id:
            yield f"{_place(case)}: it asks the same as {first}: take out one of them"


def _uncovered(campaign: str, cases: Sequence[Case], pack: Pack) -> Iterator[str]:
    quotes = {quote for case in cases for quote in case.rests_on}
    for statement in to_be_covered(pack):
        if not any(stands(quote, statement.text) or stands(statement.text, quote) for quote in quotes):
            yield f"{campaign}: no case rests on “{statement.text}”: write one"


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


def _place(case: Case) -> str:
    return f"{case.campaign}/{case.kind}.jsonl, {case.id}"
