"""What is wrong with the cases themselves: each complaint names the case, the fault and the remedy."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path

from assistant.casebook import asked, faults
from evals.cases import CASES, load_cases, pack_folder
from evals.domain import Case
from evals.fingerprints import affected
from evals.statements import to_be_covered
from knowledge.domain import Pack
from knowledge.pack import load_pack
from knowledge.quotes import stands

WHOLLY_COVERED = ("child-safeguarding-panel", "coastal-health-authority", "heritage-rivers-board")
"""Campaigns whose packs are evidence, each sentence of them, for at least one case."""


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
            complaints += [f"{_place(case)}: {fault}" for fault in faults(case, blocks)]
        complaints += _same_questions(its)
        if campaign in WHOLLY_COVERED and set(load_cases([folder / campaign])) <= set(its):
            complaints += _uncovered(campaign, its, pack)
    for case, why in affected(cases, folder, packs=packs):
        complaints.append(f"{_place(case)}: {why}; see that it still holds, then python -m evals confirm")
    return complaints


def _same_ids(cases: Sequence[Case]) -> Iterator[str]:
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            yield f"{_place(case)}: the id stands twice: give one of them another"
        seen.add(case.id)


def _same_questions(cases: Sequence[Case]) -> Iterator[str]:
    seen: dict[object, str] = {}
    for case in cases:
        if (first := seen.setdefault(asked(case), case.id)) != case.id:
            yield f"{_place(case)}: it asks the same as {first}: take out one of them"


def _uncovered(campaign: str, cases: Sequence[Case], pack: Pack) -> Iterator[str]:
    quotes = {quote for case in cases for quote in case.rests_on}
    for statement in to_be_covered(pack):
        if not any(stands(quote, statement.text) or stands(statement.text, quote) for quote in quotes):
            yield f"{campaign}: no case rests on “{statement.text}”: write one"


def _place(case: Case) -> str:
    return f"{case.campaign}/{case.kind}.jsonl, {case.id}"
