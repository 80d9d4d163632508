"""What candidates ask about: which subjects a question names, and which a sentence of a pack says something about."""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field

from assistant.phrases import any_of

FILE: Final = Path(__file__).with_name("subjects.toml")


@dataclass(frozen=True, slots=True)
class Subject:
    """A thing that candidates ask about, campaign after campaign. The words are in subjects.toml.

    `questions` are examples of how they ask, the plainest first.
    """

    name: str
    missing: str
    questions: tuple[str, ...]
    search: str
    asked: re.Pattern[str]
    unless: re.Pattern[str] | None
    stated: re.Pattern[str] | None
    beside: re.Pattern[str] | None

    def is_asked_in(self, question: str) -> bool:
        """Whether the question names the subject."""
        return bool(self.asked.search(question)) and not (self.unless and self.unless.search(question))

    def place_in(self, question: str) -> int:
        """Where a question that names the subject does so."""
        found = self.asked.search(question)
        return found.start() if found else len(question)

    def words_in(self, question: str) -> str:
        """The words by which a question names the subject."""
        return " ".join(found[0] for found in self.asked.finditer(question))

    def is_stated_in(self, text: str) -> bool:
        """Whether a sentence, with the headings and the label above it, could say something about the subject."""
        if self.beside and not self.beside.search(text):
            return False
        return self.stated is None or bool(self.stated.search(text))


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    missing: str
    questions: Annotated[list[str], Field(min_length=3)]
    asked: list[str]
    unless: list[str] = []
    stated: list[str]
    beside: list[str] = []
    search: str


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    subject: list[_Entry]


@cache
def subjects() -> tuple[Subject, ...]:
    """All subjects of subjects.toml, in its order."""
    entries = _File.model_validate(tomllib.loads(FILE.read_text(encoding="utf-8"))).subject
    return tuple(_subject(entry) for entry in entries)


def asked_about(question: str, among: Sequence[Subject] | None = None) -> tuple[Subject, ...]:
    """The subjects that a question names, the first named first; most questions name one or none."""
    named = [subject for subject in among or subjects() if subject.is_asked_in(question)]
    return tuple(sorted(named, key=lambda subject: subject.place_in(question)))


def _subject(entry: _Entry) -> Subject:
    asked = any_of(entry.asked)
    if asked is None:
        raise ValueError(f"{FILE}: subject {entry.name} has no words under asked")
    return Subject(
        name=entry.name,
        missing=entry.missing,
        questions=tuple(entry.questions),
        search=entry.search,
        asked=asked,
        unless=any_of(entry.unless),
        stated=any_of(entry.stated),
        beside=any_of(entry.beside),
    )
