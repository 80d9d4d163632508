"""Right answers about three made-up appointments, read from right_answers.toml."""

import tomllib
from pathlib import Path

from knowledge.domain import BlockKind, Evidence, Passage

_PACKS = tomllib.loads((Path(__file__).parent / "right_answers.toml").read_text(encoding="utf-8"))

NAMES: dict[str, str] = {pack: described["name"] for pack, described in _PACKS.items()}
"""The bodies that the packs are about, by pack."""


def pack(name: str) -> list[Evidence]:
    """The passages of one of the packs, as a search would have found them."""
    return [
        Evidence(_passage(name, place, described), score=1.0, dense=1.0, lexical=1.0)
        for place, described in enumerate(_PACKS[name]["passages"])
    ]


def answers() -> list[tuple[str, str, int, str]]:
    """(pack, sentence, passage number, quote)."""
    return [
        (name, answer["says"], answer["passage"], answer["quote"])
        for name, described in _PACKS.items()
        for answer in described["answers"]
    ]


def _passage(pack_name: str, place: int, described: dict[str, str]) -> Passage:
    text = described["text"]
    return Passage(
        id=f"{pack_name}-{place}",
        document=pack_name,
        title="Candidate pack",
        heading=(described["heading"],),
        text=text,
        kind=BlockKind(described["kind"]),
        lead_in=described.get("lead_in", ""),
        label=described.get("label", ""),
        page=None,
        start=0,
        end=len(text),
        group=0,
        order=place,
    )
