"""What the scripted model finds in the passages it was given: sentences that share the question's rarer words."""

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.wording import content_words, stem, stems

ENOUGH = 0.35
"""The share of the weight of a question's words from which the scripted model takes a sentence for an answer."""

_CLOSE = 0.85
_MOST = 3
_MOST_OF_A_LIST = 8
_HEADING_COUNTS = 0.5
_FIRST_COUNTS = 0.1
_FEWEST_WORDS = 3
_SENTENCE_ENDS = re.compile(r"(?<=[.!?])[\"'”’)]*\s+(?=[\"'“‘(]?[A-Z0-9])")
_PARTS = re.compile(r"[?;]\s+|,?\s+and\s+(?=(?:what|when|where|who|how|which|why|is|are|do|does|can|will)\b)", re.I)


@dataclass(frozen=True, slots=True)
class PassageGiven:
    """A numbered passage as it stands in a request."""

    number: int
    text: str
    lead_in: str = ""
    heading: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Unit:
    """Words of a passage that can be said as a sentence; `quote` stands in it as it is."""

    passage: PassageGiven
    quote: str

    @property
    def text(self) -> str:
        """The quote as a sentence: a label with its value on one line, an item of a list after what leads into it."""
        return self.in_full if self.passage.lead_in.endswith(":") else self._said

    @property
    def in_full(self) -> str:
        """The quote after whatever the pack says leads into it."""
        return f"{self.passage.lead_in} {self._said}".strip()

    @property
    def _said(self) -> str:
        return ": ".join(line.strip() for line in self.quote.split("\n"))


@dataclass(frozen=True, slots=True)
class Found:
    """What answers a part of a question, best first, and how well the best one does (0 to 1)."""

    part: str
    units: tuple[Unit, ...]
    share: float

    @property
    def answers(self) -> bool:
        return self.share >= ENOUGH


def parts_of(question: str) -> list[str]:
    """A question that asks two things, in two; a part that says nothing of its own stays with the one before."""
    parts: list[str] = []
    for piece in filter(None, (piece.strip() for piece in _PARTS.split(question))):
        if parts and not content_words(piece):
            parts[-1] = f"{parts[-1]} {piece}"
        else:
            parts.append(piece)
    return parts or [question]


def units_of(passage: PassageGiven) -> list[Unit]:
    """The sentences of a passage; a label stays with its value."""
    lines = [line for line in passage.text.split("\n") if line.strip()]
    if len(lines) == 2 and not re.search(r"[.!?:]\s*$", lines[0]):
        return [Unit(passage, passage.text.strip())]
    sentences = [sentence.strip() for line in lines for sentence in _SENTENCE_ENDS.split(line)]
    # Of an item of a list, two words may be all there is.
    return [Unit(passage, one) for one in sentences if len(one.split()) >= _FEWEST_WORDS or passage.lead_in]


def find(part: str, units: Sequence[Unit]) -> Found:
    """The units that share the most of the part's words, each word weighing the more the fewer units have it."""
    wanted = {stem(word) for word in content_words(part)}
    own = [set(stems(unit.text)) for unit in units]
    above = [set(stems(" ".join(unit.passage.heading))) for unit in units]
    holders = Counter(word for words in own for word in words & wanted)
    weights = {word: math.log(1 + (len(units) + 1) / (holders[word] + 1)) for word in wanted}
    whole = sum(weights.values()) or 1.0
    shares = [
        sum(weights[word] * (1.0 if word in words else _HEADING_COUNTS) for word in wanted & (words | heading)) / whole
        for words, heading in zip(own, above, strict=True)
    ]
    best = max(shares, default=0.0)
    close = [place for place, share in enumerate(shares) if share and share >= _CLOSE * best]
    # Passages come best first, and a model leans towards those.
    close.sort(key=lambda place: (-shares[place] - _FIRST_COUNTS / units[place].passage.number, place))
    chosen = [units[place] for place in close]
    return Found(part, tuple(chosen[: _MOST_OF_A_LIST if _is_list(chosen) else _MOST]), best)


def _is_list(units: Sequence[Unit]) -> bool:
    lead_ins = {unit.passage.lead_in for unit in units}
    return len(lead_ins) == 1 and "" not in lead_ins
