"""Sections of fictional packs with questions that they answer and near misses that they don't, written for the project.

training/sections/*.toml; about one pack in five is held out whole, by a hash of its body.
"""

import itertools
import random
import tomllib
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from training.domain import Example, Place
from training.wording import as_typed

_FOLDER = Path(__file__).with_name("sections")
_HELD_OUT = 5
_MOST_TOGETHER = 4


class _Question(BaseModel):
    model_config = ConfigDict(extra="forbid")

    ask: str
    answers: list[int]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    heading: str
    sentences: list[str]
    question: list[_Question]


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str
    role: str
    section: list[_Section]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pack: list[_Pack]


def examples(seed: int, *, held_out: bool, variants: int = 1, whole: bool = False) -> Iterator[Example]:
    """Every question of every section, in each variant as somebody would type it; held-out ones as they stand.

    Sections are cut into passages at random, and each the same way for all its questions. With `whole` the sentences
    of the pack's other sections come with each question.
    """
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    for pack in _packs():
        if is_held_out(pack.body) is not held_out:
            continue
        cut = [places_of(pack.body, section.heading, section.sentences, rng) for section in pack.section]
        for number, section in enumerate(pack.section):
            places = tuple(itertools.chain(*cut)) if whole else cut[number]
            before = sum(map(len, cut[:number])) if whole else 0
            for question, _ in itertools.product(section.question, range(variants)):
                typed = question.ask if held_out else as_typed(question.ask, rng)
                answers = frozenset(before + answer - 1 for answer in question.answers)
                yield Example("sections", typed, places, answers)


def is_held_out(body: str, one_in: int = _HELD_OUT) -> bool:
    """Whether the packs of a body are for measuring."""
    return sha256(body.encode()).digest()[0] % one_in == 0


def places_of(body: str, heading: str, sentences: Sequence[str], rng: random.Random) -> tuple[Place, ...]:
    """The sentences of a section where they stand, cut into passages at random."""
    heading = heading if rng.random() < 0.6 else f"{body.removeprefix('the ')} > {heading}"
    places: list[Place] = []
    waiting = list(sentences)
    while waiting:
        together = rng.randint(1, _MOST_TOGETHER)
        some, waiting = waiting[:together], waiting[together:]
        lead = f"{heading}\n"
        text = lead + " ".join(some)
        start = len(lead)
        for sentence in some:
            places.append(Place(text, len(lead), start, start + len(sentence)))
            start += len(sentence) + 1
    return tuple(places)


def _packs() -> Iterator[_Pack]:
    for file in sorted(_FOLDER.glob("*.toml")):
        yield from _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).pack
