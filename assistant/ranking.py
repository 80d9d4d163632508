"""Which sentences of the evidence fit a part of a question best, and the signs by which a reader judges the best."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from assistant.kinds import Kind, holds
from assistant.matching import Asked, Floats, Match, Read
from assistant.subjects import Subject
from assistant.wording import stems
from knowledge.domain import BlockKind, Passage

_HARD = frozenset({Kind.MONEY, Kind.DATE, Kind.PLACE, Kind.DURATION, Kind.FREQUENCY, Kind.NUMBER, Kind.NAME})
"""Kinds that no sentence answers without holding something of the kind."""

ROWS = (BlockKind.LABELLED, BlockKind.TABLE_ROW)
"""Kinds that are said whole."""

_KIND, _SUBJECT, _ROW, _MEANING = 0.2, 0.3, 0.15, 0.1
"""What counts in a rank beside the words: the kind of answer, the subject, a row's first cell, the whole sentence."""

_SAID = 0.9
"""Cosine of a word that names the subject with a sentence that speaks of it."""

SIGNS = ("soft", "soft_around", "covered", "dense", "weakest", "focus", "kind_held", "best_dense", "margin", "words")
"""What `signs` gives, in this order."""

_COURTESY: Final = re.compile(
    r"(?:dear\b[^.?!:,\d]{1,60}"
    r"|yours (?:sincerely|faithfully|truly)"
    r"|(?:with )?(?:kind|best|warm) (?:regards|wishes))\W*",
    re.IGNORECASE,
)
"""How a letter begins and ends."""


@dataclass(frozen=True, slots=True)
class Aim:
    """One part of a question made ready: its words, the kind of answer it waits for, the subjects it names."""

    text: str
    asked: Asked
    kind: Kind
    subjects: tuple[Subject, ...]

    @property
    def subject(self) -> Subject | None:
        """The subject named first."""
        return self.subjects[0] if self.subjects else None

    @property
    def named(self) -> NDArray[np.bool_]:
        """Which of the question's words name that subject: a sentence that speaks of it has said them."""
        naming = set(stems(self.subject.words_in(self.text))) if self.subject else set()
        return np.array([word in naming for word in self.asked.stems], dtype=bool)


@dataclass(frozen=True, slots=True)
class Ranked:
    """A sentence and its rank, higher for better. `sentences` are the spans of its whole passage.

    `held`: it holds the kind of answer asked for; `stated`: it says something of the subject asked for. `soft`,
    `weakest` and `covered` are those of the match, with the words that name a stated subject taken as said.
    """

    match: Match
    rank: float
    soft: float
    weakest: float
    covered: float
    held: bool
    stated: bool
    sentences: tuple[tuple[int, int], ...]


def is_hard(aim: Aim) -> bool:
    """Whether the question waits for a sum, a date, a name ...: no sentence answers it that holds none."""
    return aim.kind in _HARD


def lacks_kind(aim: Aim, best: Ranked) -> bool:
    """Whether the question waits for a sum, a date, a name ... and the best sentence holds none."""
    return is_hard(aim) and not best.held


def rank(aim: Aim, matches: Sequence[Match], passages: Sequence[Read]) -> list[Ranked]:
    """The sentences, best first; none is a label without its value, words that only lead into a list, or a letter's
    "Dear Candidate".
    """
    named = aim.named
    ranked = [_ranked(aim, named, found, passages[found.place]) for found in matches]
    return sorted((one for one in ranked if one), key=lambda one: -one.rank)


def signs(aim: Aim, ranked: Sequence[Ranked]) -> list[float]:
    """The figures named in SIGNS, for the best sentence among the others."""
    best = ranked[0]
    second = ranked[1].rank if len(ranked) > 1 else best.rank
    return [
        best.match.soft,
        best.soft,
        best.covered,
        best.match.dense,
        best.weakest,
        best.match.focus,
        float(best.held or aim.kind not in _HARD),
        max(one.match.dense for one in ranked),
        best.rank - second,
        min(len(aim.asked.stems), 8) / 8,
    ]


def _ranked(aim: Aim, named: NDArray[np.bool_], found: Match, passage: Read) -> Ranked | None:
    within = passage.passage
    if _says_nothing(within, found):
        return None
    whole = within.kind in ROWS
    text = f"{_context(within)} {within.text if whole else found.text}"
    stated = aim.subject is not None and aim.subject.stated is not None and aim.subject.is_stated_in(text)
    # A row named for the subject holds its answer, whatever that looks like: "Location: Ousebridge".
    held = holds(text, aim.kind) or (whole and stated)
    said = named if stated else np.zeros_like(named)
    near = np.where(said, np.maximum(found.near, _SAID), found.near)
    total = float(aim.asked.weights.sum())
    soft = float(aim.asked.weights @ near) / total
    covered = float(aim.asked.weights @ np.maximum(found.stands, said)) / total
    rank = soft + _KIND * (held - 1) + _SUBJECT * stated + _ROW * _key_asked(aim, within)
    rank += _MEANING * (found.dense + found.soft)
    return Ranked(found, rank, soft, _weakest(aim, near), covered, held, stated, passage.spans)


def _says_nothing(passage: Passage, found: Match) -> bool:
    label_alone = passage.kind is BlockKind.LABELLED and "\n" not in passage.text
    leads_in = passage.kind is BlockKind.PARAGRAPH and found.text.endswith(":")
    return label_alone or leads_in or _COURTESY.fullmatch(found.text) is not None


def _key_asked(aim: Aim, passage: Passage) -> float:
    """Of the words that a table row begins with ("Deputy Chair"), the share that the question has."""
    if passage.kind is not BlockKind.TABLE_ROW:
        return 0.0
    key = set(stems(passage.text.split(";")[0].partition(":")[2]))
    return len(key & set(stems(aim.text))) / len(key) if key else 0.0


def _weakest(aim: Aim, near: Floats) -> float:
    telling = aim.asked.weights >= 0.5 * aim.asked.weights.max()
    return float(near[telling].min())


def _context(passage: Passage) -> str:
    """What stands above the words. A label says what its own value is about; a heading speaks for others too."""
    above = () if passage.kind is BlockKind.LABELLED else passage.heading[-2:]
    return " ".join((*above, passage.lead_in, passage.label))
