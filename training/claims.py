"""Claims about sentences of fictional packs, supported by them or not, written for the project.

training/claims/*.toml; about one pack in four is held out whole, by a hash of its body.
"""

import itertools
import random
import tomllib
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from training.domain import Example
from training.sections import is_held_out, places_of

_FOLDER = Path(__file__).with_name("claims")
_HELD_OUT = 4


class _Claim(BaseModel):
    model_config = ConfigDict(extra="forbid")

    says: str
    of: int
    supported: bool


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid")

    heading: str
    sentences: list[str]
    claim: list[_Claim]


class _Pack(BaseModel):
    model_config = ConfigDict(extra="forbid")

    body: str
    section: list[_Section]


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    pack: list[_Pack]


def examples(seed: int, *, held_out: bool) -> Iterator[Example]:
    """Every claim against its quote; in training also against a sentence of another section, which never supports."""
    rng = random.Random(seed)  # noqa: S311 - training data, no secret
    for pack in _packs():
        if is_held_out(pack.body, _HELD_OUT) is not held_out:
            continue
        cut = [places_of(pack.body, section.heading, section.sentences, rng) for section in pack.section]
        for number, section in enumerate(pack.section):
            others = list(itertools.chain(*(places for place, places in enumerate(cut) if place != number)))
            for claim in section.claim:
                beside = () if held_out else (rng.choice(others),)
                answers = frozenset({0} if claim.supported else ())
                yield Example("claims", claim.says, (cut[number][claim.of - 1], *beside), answers, claims=True)


def _packs() -> Iterator[_Pack]:
    for file in sorted(_FOLDER.glob("*.toml")):
        yield from _File.model_validate(tomllib.loads(file.read_text(encoding="utf-8"))).pack
