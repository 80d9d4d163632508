"""Pairs of questions, written by hand: an approved one, and one that means the same or is a near miss."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from assistant.domain import Citation
from knowledge.domain import BlockKind, Passage

CHOOSING: Final = Path(__file__).with_name("approved_pairs.toml")
HELD_OUT: Final = Path(__file__).with_name("approved_pairs_held_out.toml")


@dataclass(frozen=True)
class Approved:
    """A question with the sentence that answers it, questions that mean the same, and near misses."""

    question: str
    citation: Citation
    same: tuple[str, ...]
    near: tuple[str, ...]


def pairs_in(file: Path) -> list[Approved]:
    """What a file holds, in its order."""
    groups = tomllib.loads(file.read_text(encoding="utf-8"))["group"]
    return [
        Approved(group["question"], _citation(place, group["answer"]), tuple(group["same"]), tuple(group["near"]))
        for place, group in enumerate(groups)
    ]


def _citation(place: int, answer: str) -> Citation:
    passage = Passage(
        id=f"p{place:012x}",
        document="pack",
        title="Recruitment pack",
        heading=(),
        text=answer,
        kind=BlockKind.PARAGRAPH,
        lead_in="",
        label="",
        page=None,
        start=0,
        end=len(answer),
        group=0,
        order=place,
    )
    return Citation(1, passage, answer)
