"""The kind of answer that a question waits for (a sum, a date, a place ...), and whether a text holds one."""

import re
import tomllib
from enum import StrEnum
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from assistant.phrases import any_of

_FILE = Path(__file__).with_name("kinds.toml")
_YEAR = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}/\d{1,2}/\d{2,4}\b")
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_NAMED_PLACE = re.compile(rf"\b(?:in|at|near|from|around|across) (?:the )?(?!{_MONTHS})[A-Z][a-z]+", re.ASCII)

_FULL_NAME = re.compile(r"(?<=[\w,:;] )[A-Z][a-z]+(?:-[A-Z][a-z]+)? [A-Z][a-z]+(?:-[A-Z][a-z]+)?")
_OFFICES = frozenset(
    """agency audit authority board cabinet chair chief child civil commission commissioner committee council criminal
    department deputy director education executive finance government health house justice mental minister ministers
    national office officer panel people practice public quality review safeguarding secretariat secretary service
    social state team trust vice worker""".split()
)


class Kind(StrEnum):
    """What an answer must hold to be one. The words are in kinds.toml."""

    FREQUENCY = "frequency"
    DURATION = "duration"
    MONEY = "money"
    NUMBER = "number"
    DATE = "date"
    PLACE = "place"
    NAME = "name"
    PERSON = "person"
    YES_NO = "yes_no"
    OTHER = "other"


class _Words(BaseModel):
    model_config = ConfigDict(extra="forbid")

    asked: list[str]
    unless: list[str] = []
    held: list[str]


def kind_asked(question: str) -> Kind:
    """The kind of answer that a question waits for: the first of kinds.toml that it asks for."""
    words = question.strip().lower()
    for kind, (asked, unless, _) in _patterns().items():
        if asked.search(words) and not (unless and unless.search(words)):
            return kind
    return Kind.OTHER


def holds(text: str, kind: Kind) -> bool:
    """Whether a text holds something of that kind; true for the kinds that any sentence may answer."""
    if kind in (Kind.YES_NO, Kind.OTHER):
        return True
    if kind is Kind.DATE and _YEAR.search(text):
        return True
    if kind is Kind.PLACE and _NAMED_PLACE.search(text):
        return True
    if kind is Kind.NAME and _holds_name(text):
        return True
    held = _patterns()[kind][2]
    return bool(held and held.search(text))


def _holds_name(text: str) -> bool:
    """Two capitalised words in a row, not the first of the text, that are nobody's office: "Ifeoma Strand"."""
    return any(not _OFFICES.intersection(found[0].lower().split()) for found in _FULL_NAME.finditer(text))


@cache
def _patterns() -> dict[Kind, tuple[re.Pattern[str], re.Pattern[str] | None, re.Pattern[str] | None]]:
    entries = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    words = {Kind(name): _Words.model_validate(entry) for name, entry in entries.items()}
    return {kind: (_asked(entry.asked), any_of(entry.unless), any_of(entry.held)) for kind, entry in words.items()}


def _asked(phrases: list[str]) -> re.Pattern[str]:
    opening = any_of(phrase[1:] for phrase in phrases if phrase.startswith("^"))
    within = any_of(phrase for phrase in phrases if not phrase.startswith("^"))
    patterns = [rf"\A(?:{opening.pattern})"] if opening else []
    return re.compile("|".join(patterns + ([within.pattern] if within else [])), re.IGNORECASE)
