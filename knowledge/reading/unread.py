"""What stands in a document and was not read: left out as no part of the text, or set so that nobody sees it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from knowledge.reading import KINDS, decoded, read_file
from knowledge.reading.cleaning import unseen_in
from knowledge.reading.elements import HeadedText, Raw

MOST: Final = 40
"""Texts of each kind that are told; a page full of them is not read by anybody."""

_LONGEST: Final = 300


@dataclass(frozen=True, slots=True)
class Unread:
    """`hidden` are texts that a visitor or reader can't see, `dropped` those that were left out for other reasons."""

    hidden: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()


def unread(path: Path) -> Unread:
    """ReadingError where the file can't be read at all."""
    read, raw = read_file(path), _raw(path)
    known = _folded(_texts(read))
    hidden = [line for line in raw.hidden if _fold(line)]
    concealed = {_fold(line) for line in hidden}
    dropped = [line for line in raw.lines if _fold(line) and _fold(line) not in known and _fold(line) not in concealed]
    return Unread(_told(hidden), _told(dropped))


def _raw(path: Path) -> Raw:
    kind = KINDS[path.suffix.lower()]
    if kind in ("PDF", "Word (.docx)"):
        from knowledge.reading.sandbox import raw_apart

        return raw_apart(path)
    text = decoded(path.read_bytes())
    unseen = unseen_in(text)
    if kind == "plain text":
        return Raw(tuple(text.splitlines()), unseen)
    from knowledge.reading.html_raw import raw_html
    from knowledge.reading.markdown import page_of

    raw = raw_html(page_of(text) if kind == "Markdown" else text)
    return Raw(raw.lines, (*raw.hidden, *unseen))


def _texts(read: HeadedText) -> Iterable[str]:
    yield read.title
    for block in read.blocks:
        yield from (*block.heading, block.lead_in, block.label, block.text)


def _folded(texts: Iterable[str]) -> str:
    return "".join(map(_fold, texts))


def _fold(text: str) -> str:
    """Letters and figures only: how a line was broken or marked is no loss."""
    return re.sub(r"[\W_]+", "", text).lower()


def _told(lines: Iterable[str]) -> tuple[str, ...]:
    plain = dict.fromkeys(" ".join(line.split())[:_LONGEST] for line in lines)
    return tuple(plain)[:MOST]
