"""The words of the suite: Case, World, Made, Asked, Run, Score, Result, Scored, Figure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from assistant.domain import Answer, Outcome, Turn


class World(StrEnum):
    """What a case is asked of: the pack as it is, one with facts altered or orders planted, or a scripted model."""

    PACK = "pack"
    CHANGED = "changed"
    PLANTED = "planted"
    SCRIPTED = "scripted"


@dataclass(frozen=True, slots=True)
class Made:
    """How a case was made by rule from the case `of`.

    Passages that hold one of the quotes in `withheld` are taken out of what is searched.
    """

    rule: str
    of: str
    world: World = World.PACK
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """One question to a campaign's pack, and what a right answer to it is.

    `rests_on` are quotes of the pack; `pages` says on which page each of them stands (None where pages don't count),
    and is empty in packs without pages. `says` holds alternatives: one of each must be in the answer. `pack` is the
    fingerprint of the pack that the case was checked against. `kind` is the name of the file that it stands in; of a
    case made by rule it is the rule.
    """

    id: str
    campaign: str
    kind: str
    question: str
    turns: tuple[Turn, ...]
    outcomes: frozenset[Outcome]
    rests_on: tuple[str, ...] = ()
    pages: tuple[int | None, ...] = ()
    says: tuple[tuple[str, ...], ...] = ()
    never_says: tuple[str, ...] = ()
    note: str = ""
    author: str = ""
    date: str = ""
    pack: str = ""
    made: Made | None = None

    @property
    def world(self) -> World:
        return self.made.world if self.made else World.PACK


@dataclass(frozen=True, slots=True)
class Asked:
    """A case and the answer that it got. `repeat` counts from 0 where each case was asked several times.

    `pack` is the version of the pack that it was asked of, as answers give it; empty where that is not known.
    """

    case: Case
    answer: Answer
    repeat: int = 0
    pack: str = ""


@dataclass(frozen=True, slots=True)
class Run:
    """How answers were made: what has to be the same for two runs to be compared, and what may differ.

    `packs` holds the fingerprint of each campaign's pack, `prompts` a hash of each prompt, `versions` those of the code
    and of the packages that decide answers, `settings` what was set (never a key). `mode` is "quoting" or "model".
    """

    at: str
    mode: str
    repeats: int = 1
    packs: Mapping[str, str] = field(default_factory=dict)
    prompts: Mapping[str, str] = field(default_factory=dict)
    versions: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, str] = field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Score:
    """From 0 to 1, or None where it can't be measured; `why` is for the person who reads the report."""

    measure: str
    value: float | None
    why: str


@dataclass(frozen=True, slots=True)
class Result:
    """A case, the answer it got, and the scores of that."""

    case: Case
    answer: Answer
    scores: tuple[Score, ...]
    repeat: int = 0

    @property
    def right(self) -> bool:
        """Whether nothing that a person would call wrong was said or left out."""
        return all(score.value in (None, 1.0) for score in self.scores if score.measure in DECIDING)


DECIDING = ("right_outcome", "facts", "forbidden")
"""The measures that make a case right or wrong; the others say how well."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What is kept of a result to compare runs: one line of the baseline.

    `values` holds the measures that could be taken. `judge` is the reader's probability that the pack answers (None
    where the question never reached it); `answerable` whether it does (None where the case leaves that open).
    """

    case: str
    campaign: str
    kind: str
    outcome: str
    right: bool
    values: Mapping[str, float]
    judge: float | None = None
    answerable: bool | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """A measure over a slice of the cases, with its 95% interval. `slice` is "all", "kind=..." or "campaign=..."."""

    measure: str
    slice: str
    value: float
    low: float
    high: float
    cases: int
