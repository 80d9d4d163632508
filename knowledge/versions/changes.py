"""What an ingest changes: the passages of a pack against those of the version before."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.domain import Passage


@dataclass(frozen=True, slots=True)
class Changes:
    """How many passages came, changed, went and stayed, how many were (or would be) embedded, and the version made.

    `built` is false where that version was there already.
    """

    version: str
    added: int
    changed: int
    removed: int
    unchanged: int
    embedded: int
    built: bool


@dataclass(frozen=True, slots=True)
class Difference:
    added: int
    changed: int
    removed: int
    unchanged: int


def difference(before: Sequence[Passage], after: Sequence[Passage]) -> Difference:
    """An id holds content and place, so changed words make a new id: under one heading, one gone and one come are
    counted as one changed."""
    known = {passage.id: passage.searchable for passage in before}
    wanted = {passage.id: passage.searchable for passage in after}
    reworded = sum(known[id] != wanted[id] for id in known.keys() & wanted.keys())
    gone = Counter(_place(passage) for passage in before if passage.id not in wanted)
    come = Counter(_place(passage) for passage in after if passage.id not in known)
    replaced = (gone & come).total()
    return Difference(
        added=come.total() - replaced,
        changed=replaced + reworded,
        removed=gone.total() - replaced,
        unchanged=len(known.keys() & wanted.keys()) - reworded,
    )


def _place(passage: Passage) -> tuple[str, tuple[str, ...]]:
    return passage.document, passage.heading
