"""Headed text becomes Passages: cut along the structure of the document, within a budget of tokens."""

import hashlib
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence

from knowledge.domain import Block, BlockKind, Pack, PackDocument, Passage
from knowledge.sentences import sentences

_Fits = Callable[[str], bool]
_Piece = tuple[Block, int, int]

_MOST_CHARACTERS_A_TOKEN = 40
"""More than this is never one passage, so that a text without spaces is not counted again and again."""


def split(pack: Pack, *, max_tokens: int, count_tokens: Callable[[str], int]) -> tuple[Passage, ...]:
    """All passages in the order of the pack; none has more than `max_tokens`, unless one character has.

    Paragraphs under one heading and on one page share a passage as far as they fit; everything else stands alone.
    """

    def fits(text: str) -> bool:
        return len(text) <= max_tokens * _MOST_CHARACTERS_A_TOKEN and count_tokens(text) <= max_tokens

    passages: list[Passage] = []
    for document in pack.documents:
        whole, equals = document.text, Counter[tuple[tuple[str, ...], str]]()
        for block, start, end in _joined(whole, _pieces(document, fits), fits):
            text = whole[start:end]
            passages.append(_passage(document, block, start, text, equals[block.heading, text], len(passages)))
            equals[block.heading, text] += 1
    return tuple(passages)


def _pieces(document: PackDocument, fits: _Fits) -> Iterator[_Piece]:
    """Every block, cut where it is too long."""
    text, start = document.text, 0
    for block in document.blocks:
        for begin, end in _cut(text, start, start + len(block.text), fits):
            yield block, begin, end
        start += len(block.text) + 2


def _cut(text: str, start: int, end: int, fits: _Fits) -> Iterator[tuple[int, int]]:
    """Stretches that fit, ending at a sentence's end where one does, else between words, else anywhere."""
    if start < end and fits(text[start:end]):
        yield start, end
        return
    block = text[start:end]
    sentence_ends = [start + sentence_end for _, sentence_end in sentences(block)]
    word_ends = [start + word.end() for word in re.finditer(r"\S+", block)]
    while start < end:
        for ends in (sentence_ends, word_ends, range(start + 1, end + 1)):
            stop = _furthest(text, start, ends, fits)
            if stop > start:
                break
        else:
            stop = start + 1
        yield start, stop
        rest = text[stop:end]
        start = stop + len(rest) - len(rest.lstrip())


def _furthest(text: str, start: int, ends: Sequence[int], fits: _Fits) -> int:
    """The last of the ends up to which the text fits, or `start` when none does."""
    first = low = bisect_right(ends, start)
    high = len(ends)
    while low < high:
        middle = (low + high) // 2
        if fits(text[start : ends[middle]]):
            low = middle + 1
        else:
            high = middle
    return ends[low - 1] if low > first else start


def _joined(text: str, pieces: Iterable[_Piece], fits: _Fits) -> Iterator[_Piece]:
    """Paragraphs that belong together, as many as fit."""
    waiting: _Piece | None = None
    for piece in pieces:
        if waiting and _belong_together(waiting[0], piece[0]) and fits(text[waiting[1] : piece[2]]):
            waiting = (waiting[0], waiting[1], piece[2])
            continue
        if waiting:
            yield waiting
        waiting = piece
    if waiting:
        yield waiting


def _belong_together(first: Block, second: Block) -> bool:
    if not first.kind == second.kind == BlockKind.PARAGRAPH:
        return False
    return (first.heading, first.page) == (second.heading, second.page)


def _passage(document: PackDocument, block: Block, start: int, text: str, equals: int, order: int) -> Passage:
    place = json.dumps([document.id, block.heading, text, equals])
    return Passage(
        id="p" + hashlib.sha256(place.encode()).hexdigest()[:12],
        document=document.id,
        title=document.title,
        heading=block.heading,
        text=text,
        kind=block.kind,
        lead_in=block.lead_in,
        label=block.label,
        page=block.page,
        start=start,
        end=start + len(text),
        group=block.group,
        order=order,
        dated=document.dated,
        amends=document.amends,
    )
