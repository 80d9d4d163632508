"""Tables of cues: signs with weights, in groups, that are added up for a stretch of text."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from assistant.guard.words import ROLE, STOP, TASK, Message, sentences_of


@dataclass(frozen=True, slots=True)
class Cue:
    """A sign and its weight."""

    weight: float
    pattern: re.Pattern[str]


Group = tuple[Cue, ...]


def heaviest(cues: Group, text: str) -> float:
    """The weight of the heaviest cue that is found; 0 when there is none."""
    return max((cue.weight for cue in cues if cue.pattern.search(text)), default=0.0)


def total(cues: Group, text: str) -> float:
    """The weights of all cues that are found."""
    return sum(cue.weight for cue in cues if cue.pattern.search(text))


@dataclass(frozen=True, slots=True)
class Scale:
    """Weighs a text: the heaviest cue of each group, less all of the cues that speak against it."""

    groups: Mapping[str, Group]
    enough: float
    enough_apart_from_role: float

    def weigh(self, text: str, classed: str) -> float:
        """The weight of a plain text; what speaks against it may also be found in its classed form."""
        found = sum(heaviest(cues, text) for name, cues in self.groups.items() if name != "less")
        if found < min(self.enough, self.enough_apart_from_role):
            return found
        return found - sum(
            cue.weight for cue in self.groups["less"] if cue.pattern.search(text) or cue.pattern.search(classed)
        )

    def tips(self, asked: Message) -> bool:
        """True when the message weighs enough: less is needed where no word of it belongs to a role."""
        enough = self.enough_for(asked)
        return any(self.weigh(text, classed) >= enough for text, classed in stretches(asked))

    def enough_for(self, asked: Message) -> float:
        """What a stretch of this message must weigh."""
        return self.enough if ROLE in asked.classed or TASK in asked.classed else self.enough_apart_from_role


def stretches(asked: Message) -> Iterator[tuple[str, str]]:
    """The sentences, and each sentence with the one after it: as plain and as classed text."""
    sentences = list(zip(sentences_of(asked.words), sentences_of(asked.classed), strict=True))
    yield from sentences
    for (first, first_classed), (second, second_classed) in pairwise(sentences):
        yield f"{first} {STOP} {second}", f"{first_classed} {STOP} {second_classed}"


@cache
def read(name: str) -> dict[str, Any]:
    """A table of this package, as it is written."""
    return tomllib.loads(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"))


@cache
def scale(name: str) -> Scale:
    """The scale that a table describes."""
    table = read(name)
    return Scale(groups(name), table["enough"], table.get("enough_apart_from_role", table["enough"]))


def groups(name: str) -> dict[str, Group]:
    """The groups of cues of a table, by name."""
    table = read(name)
    parts = table.get("parts", {})
    return {
        group: tuple(Cue(row["weight"], compiled(row["patterns"], parts)) for row in rows)
        for group, rows in table.items()
        if isinstance(rows, list)
    }


def compiled(patterns: Iterable[str], parts: Mapping[str, str | list[str]]) -> re.Pattern[str]:
    """One expression for all the patterns, whole words only; <name> in them stands for one of the parts."""
    pattern = "|".join(patterns)
    for _ in parts:
        for name, part in parts.items():
            pattern = pattern.replace(f"<{name}>", f"(?:{part if isinstance(part, str) else '|'.join(part)})")
    return re.compile(rf"(?<!\w)(?:{pattern})(?!\w)")
