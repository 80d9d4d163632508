"""Packs made of sentences and vectors made of arithmetic, for tests of the index."""

import zlib
from collections.abc import Sequence

import numpy as np

from knowledge.domain import Block, BlockKind, Campaign, Pack, PackDocument, Passage
from knowledge.passages import split
from knowledge.store import Index
from knowledge.versions.contents import Vectors
from knowledge.versions.neighbours import exact


class ArithmeticEmbeddings:
    """Another text has another direction, the same on every machine; remembers what it was asked to embed."""

    max_tokens = 40

    def __init__(self, name: str = "arithmetic", dimensions: int = 32) -> None:
        self.name = name
        self.dimensions = dimensions
        self.embedded: list[str] = []

    def vectors(self, texts: Sequence[str]) -> Vectors:
        self.embedded.extend(texts)
        rows = [np.random.default_rng(zlib.crc32(text.encode())).standard_normal(self.dimensions) for text in texts]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32)

    def count_tokens(self, text: str) -> int:
        return len(text.split())


def pack_of(*items: str, version: str = "1", campaign: str = "panel") -> Pack:
    """A pack of one list."""
    blocks = tuple(Block(BlockKind.LIST_ITEM, item, heading=("Duties",), group=1) for item in items)
    return Pack(Campaign(campaign, "The panel"), (PackDocument("pack", "Pack", "pack.md", blocks),), version)


def passages_of(pack: Pack) -> tuple[Passage, ...]:
    return split(pack, max_tokens=40, count_tokens=lambda text: len(text.split()))


def answers_rightly(index: Index, embeddings: ArithmeticEmbeddings, position: int) -> bool:
    """Whether the passage at a position is found first by its own text, and the best three are the exact three."""
    vector = ArithmeticEmbeddings(embeddings.name, embeddings.dimensions).vectors([index.passages[position].searchable])
    found = [place for place, _ in index.nearest(vector[0], 3)]
    return found == exact(index.vectors, vector[0], 3) and found[0] == position
