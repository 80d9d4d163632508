"""How much a sentence reads like an order to the assistant, learned from examples (`python -m training.orders`).

A logistic regression over the words and pairs of words of a sentence. Each has one of 2^19 weights, found by its hash
(feature hashing, Weinberger et al. 2009), so that no list of words is kept.
"""

import math
import re
import zlib
from collections.abc import Collection
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

SLOTS = 1 << 19
FILE = Path(__file__).with_name("order_weights.npz")
_TOKEN = re.compile(r"[a-z]+|\d|[^\w\s]")


class Weights(NamedTuple):
    """One weight for each slot, in steps of `step`; log-odds from `line` on are an order's."""

    slots: NDArray[np.int8]
    step: float
    bias: float
    line: float

    def odds(self, slots: Collection[int]) -> float:
        """Log-odds of a sentence with these words, which count the less the more there are."""
        of_slot = self.slots.data
        return self.bias + self.step * sum(of_slot[slot] for slot in slots) / math.sqrt(len(slots))


def reads_like_an_order(folded: str) -> bool:
    """True from the line on. The sentence is in lower-case ASCII."""
    weights = kept()
    return weights.odds(slots_of(folded)) >= weights.line


def slots_of(folded: str) -> set[int]:
    """The slots of the words and pairs of words of a sentence in lower-case ASCII, never none."""
    words = ["<", *_TOKEN.findall(folded.replace("'", "")), ">"]
    hashes = [_hash(word) for word in words]
    return {one % SLOTS for one in hashes} | {(31 * one + next_) % SLOTS for one, next_ in pairwise(hashes)}


@lru_cache(maxsize=1 << 15)
def _hash(word: str) -> int:
    """The same for every digit."""
    return zlib.crc32(b"0" if word.isdigit() else word.encode())


@cache
def kept() -> Weights:
    """Those that are served. FileNotFoundError when the file is missing."""
    with np.load(FILE) as file:
        return Weights(file["slots"], float(file["step"]), float(file["bias"]), float(file["line"]))
