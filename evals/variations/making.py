"""What the rules share: which cases are sure to be answered or silent, and how a made case is named."""

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Any

from assistant.domain import Outcome
from evals.cases import pack_folder
from evals.domain import Case, Made, World
from knowledge.domain import Pack
from knowledge.pack import load_pack

SAID = frozenset({Outcome.ANSWERED, Outcome.PARTLY_ANSWERED})
SILENT = frozenset({Outcome.NOT_IN_PACK})


def made(case: Case, rule: str, *, world: World = World.PACK, withheld: tuple[str, ...] = (), **changes: Any) -> Case:
    """The case as the rule changes it; what is not among the changes stays as it was written."""
    return replace(
        case,
        id=f"{case.id}~{rule}",
        kind=rule,
        author="rule",
        note=f"Made from {case.id}.",
        made=Made(rule, of=case.id, world=world, withheld=withheld),
        **changes,
    )


def must_be_answered(case: Case) -> bool:
    """Whether the pack answers it, and the case says where."""
    return case.outcomes <= SAID and bool(case.rests_on)


def must_be_silent(case: Case) -> bool:
    return case.outcomes <= SILENT


def place(case: Case) -> int:
    """A number that stays the case's own whatever other cases there are: what rotations and samples go by."""
    return zlib.crc32(case.id.encode())


def by_campaign(cases: Sequence[Case]) -> Iterator[tuple[str, list[Case]]]:
    for campaign, group in groupby(sorted(cases, key=lambda case: case.campaign), key=lambda case: case.campaign):
        yield campaign, list(group)


def pack_of(campaign: str) -> Pack:
    """Read once: a PDF takes a second, and packs don't change while cases are made of them."""
    return _read(pack_folder(campaign))


@lru_cache(maxsize=8)
def _read(folder: Path) -> Pack:
    return load_pack(folder)
