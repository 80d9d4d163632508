"""Facets: what candidates want to know, campaign after campaign, and sentences of packs that tell it or only seem to.

Written for this project (training/facets/*.toml). A facet's statements each answer all of its questions; `also` names
other facets whose questions they answer as well; what stands `beside` answers none of them.
"""

import tomllib
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict

_FOLDER = Path(__file__).with_name("facets")
_HELD_OUT = 5
"""Of so many questions and statements one is held out of training."""


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    also: list[str] = []
    questions: list[str]
    statements: list[str]
    beside: list[str]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    facet: list[_Entry]


@dataclass(frozen=True, slots=True)
class Facet:
    """One thing that can be asked of any pack. The texts have slots (`training.filling`)."""

    name: str
    subject: str
    also: frozenset[str]
    questions: tuple[str, ...]
    statements: tuple[str, ...]
    beside: tuple[str, ...]

    def tells(self, other: "Facet") -> bool:
        """Whether a statement of this facet answers the questions of the other."""
        return other.name == self.name or other.name in self.also


def load_facets() -> tuple[Facet, ...]:
    """All facets, in the order of their names."""
    found = []
    for file in sorted(_FOLDER.glob("*.toml")):
        entries = _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).facet
        subject = file.stem.replace("-", " ")
        found += [
            Facet(
                entry.name,
                subject,
                frozenset(entry.also),
                tuple(entry.questions),
                tuple(entry.statements),
                tuple(entry.beside),
            )
            for entry in entries
        ]
    return tuple(sorted(found, key=lambda facet: facet.name))


def for_training(facet: Facet) -> Facet:
    """The facet without the templates that are held out."""
    return _kept(facet, held_out=False)


def for_measuring(facet: Facet) -> Facet:
    """The facet with those templates only."""
    return _kept(facet, held_out=True)


def _kept(facet: Facet, *, held_out: bool) -> Facet:
    def own(texts: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(text for text in texts if (sha256(text.encode()).digest()[0] % _HELD_OUT == 0) is held_out)

    return replace(facet, questions=own(facet.questions), statements=own(facet.statements), beside=own(facet.beside))
