"""Whole fictional packs with what candidates ask, answered or not anywhere in the pack, written for the project.

training/campaigns/*.toml; the questions were thought of before the packs, as by someone who knows the title of the role
and no more. About one pack in three is held out whole, by a hash of its body.
"""

import itertools
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from training.domain import Example
from training.sections import is_held_out, places_of

_FOLDER = Path(__file__).with_name("campaigns")
_HELD_OUT = 3
"""One pack in so many: they are nearest to what is served, and the calibration rests on them."""


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: str
    answers: list[str]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    heading: str
    sentences: list[str]


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str
    role: str
    section: list[_Section]
    question: list[_Question]

    def position(self, answer: str) -> int:
        """Of the sentence called "section.sentence", both from 1, in the whole pack. IndexError when there is none."""
        section, sentence = (int(part) for part in answer.split("."))
        if not (1 <= section <= len(self.section) and 1 <= sentence <= len(self.section[section - 1].sentences)):
            raise IndexError(f"{self.body}: there is no sentence {answer}")
        return sum(len(one.sentences) for one in self.section[: section - 1]) + sentence - 1


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pack: list[_Pack]


def examples(seed: int, *, held_out: bool) -> Iterator[Example]:
    """Every question against its whole pack."""
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    for pack in _packs():
        if is_held_out(pack.body, _HELD_OUT) is not held_out:
            continue
        cut = [places_of(pack.body, section.heading, section.sentences, rng) for section in pack.section]
        places = tuple(itertools.chain(*cut))
        for question in pack.question:
            yield Example("campaigns", question.ask, places, frozenset(map(pack.position, question.answers)))


def _packs() -> Iterator[_Pack]:
    for file in sorted(_FOLDER.glob("*.toml")):
        yield from _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).pack
