"""Cases: a question, the outcomes allowed, the quotes that a right answer rests on, what it must and must not say."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from assistant.domain import Outcome, Turn
from evals.domain import Case

CASES = Path(__file__).with_name("cases")
KINDS = (
    "ambiguous amended answerable child_at_risk crisis deal_breaker drafting false_premise follow_up fragment greeting "
    "instructions list not_in_pack off_topic own_chances partly_answerable personal_data table topic_change "
    "work_of_the_body"
).split()
"""What a case may be about: each kind is a file of its campaign's folder."""

_PACKS = (Path(__file__).with_name("packs"), Path(__file__).parent.parent / "knowledge" / "packs")


class CaseError(Exception):
    """A file of cases can't be used; the message names the file, the line and what is wrong."""


class _Turn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: str
    answer: str


class _Line(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: str
    kind: str
    question: str
    turns: list[_Turn] = []
    outcomes: list[Outcome]
    rests_on: list[str] = []
    pages: list[int | None] = []
    says: list[list[str]] = []
    never_says: list[str] = []
    note: str = ""
    author: str
    date: str
    pack: str = ""

    def case(self, campaign: str) -> Case:
        return Case(
            id=self.id,
            campaign=campaign,
            kind=self.kind,
            question=self.question,
            turns=tuple(Turn(turn.question, turn.answer) for turn in self.turns),
            outcomes=frozenset(self.outcomes),
            rests_on=tuple(self.rests_on),
            pages=tuple(self.pages),
            says=tuple(tuple(alternatives) for alternatives in self.says),
            never_says=tuple(self.never_says),
            note=self.note,
            author=self.author,
            date=self.date,
            pack=self.pack,
        )


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
            case = _Line.model_validate(json.loads(line)).case(file.parent.name)
        except (json.JSONDecodeError, ValidationError) as error:
            raise CaseError(f"{file}, line {number} is no case: {error}") from error
        if case.kind != file.stem:
            raise CaseError(f"{file}, line {number} is a case of kind {case.kind}: move it to {case.kind}.jsonl")
        yield case
