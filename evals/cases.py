"""Cases: a question, the outcomes allowed, the quotes that a right answer rests on, what it must and must not say."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import ValidationError

from assistant.casebook import KINDS, CaseLine
from assistant.domain import Turn
from evals.domain import Case

CASES = Path(__file__).with_name("cases")
_PACKS = (Path(__file__).with_name("packs"), Path(__file__).parent.parent / "knowledge" / "packs")


class CaseError(Exception):
    """A file of cases can't be used; the message names the file, the line and what is wrong."""


def load_cases(paths: Iterable[Path] = ()) -> list[Case]:
    """The cases of the files, or of all files in the folders; by default all there are. Files lie under a campaign."""
    cases = [case for path in paths or (CASES,) for file in _files(path) for case in _read(file)]
    seen: set[str] = set()
    for case in cases:
        if case.id in seen:
            raise CaseError(f"case {case.id} stands twice: give one of them another id")
        seen.add(case.id)
    return cases


def pack_folder(campaign: str) -> Path:
    """Where the campaign's pack lies."""
    for packs in _PACKS:
        if (packs / campaign).is_dir():
            return packs / campaign
    raise CaseError(f"there is no pack for the cases of {campaign}: expected one in {' or '.join(map(str, _PACKS))}")


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise CaseError(f"{path} does not exist: name a file or a folder of cases")
    return sorted(path.rglob("*.jsonl")) if path.is_dir() else [path]


def _read(file: Path) -> Iterator[Case]:
    if file.stem not in KINDS:
        raise CaseError(f"{file} is named after no kind of case: call it one of {', '.join(KINDS)}.jsonl")
    # Not splitlines: that would also cut at the odd separators that a question may hold.
    for number, line in enumerate(file.read_text(encoding="utf-8").rstrip("\n").split("\n"), start=1):
        try:
            case = _case(CaseLine.model_validate(json.loads(line)), file.parent.name)
        except (json.JSONDecodeError, ValidationError) as error:
            raise CaseError(f"{file}, line {number} is no case: {error}") from error
        if case.kind != file.stem:
            raise CaseError(f"{file}, line {number} is a case of kind {case.kind}: move it to {case.kind}.jsonl")
        yield case


def _case(line: CaseLine, campaign: str) -> Case:
    return Case(
        id=line.id,
        campaign=campaign,
        kind=line.kind,
        question=line.question,
        turns=tuple(Turn(turn.question, turn.answer) for turn in line.turns),
        outcomes=frozenset(line.outcomes),
        rests_on=tuple(line.rests_on),
        pages=tuple(line.pages),
        says=tuple(tuple(alternatives) for alternatives in line.says),
        never_says=tuple(line.never_says),
        note=line.note,
        author=line.author,
        date=line.date,
        pack=line.pack,
    )
