"""Plain text: headings, lists and pairs are known only by how their lines stand."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from knowledge.reading.cleaning import fold, join_lines, unglue, words_of
from knowledge.reading.elements import Element, HeadedText, Heading, Item, Labelled, Paragraph, Table
from knowledge.reading.labels import is_short, is_usual_label, looks_like_value, pair_of, pairs_in
from knowledge.reading.outline import headed_text

_BULLET = re.compile(r"(?:[•▪◦‣·●○■□➢✓*+–—-]|o(?=\s{2,}|\t))\s+(?=\S)")
_NUMBER = re.compile(r"(?:\(?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)]|\d{1,2}(?:\.\d{1,2})+\.?)\s+(?=\S)")
_SECTION = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?\s+\S")
_COLUMNS = re.compile(r"\t+| {3,}")
_UNDERLINE = re.compile(r"=={2,}|-{3,}|~{3,}")
_PAGE_NUMBER = re.compile(r"-?\s*(?:page\s+)?\d{1,3}(?:\s+of\s+\d{1,3})?\s*-?", re.IGNORECASE)
_UNFINISHED = re.compile(
    r"\b(?:a|an|the|of|on|in|at|to|for|by|with|from|and|or|but|as|that|which|is|are|be|this|our|your|their|its)$", re.I
)
_SIGNATURE = re.compile(
    r"(?:(?:the\s+)?(?:rt\.?|right)\s+hon\b|(?:sir|dame|lord|lady|baroness|dr|mr|mrs|ms|miss|professor|prof)\b\.?\s+\S)"
    r"|yours\s+(?:sincerely|faithfully)|(?:kind|best|warm)\s+(?:regards|wishes)",
    re.IGNORECASE,
)
_MAX_WRAP = 140
_MAX_HEADING_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of the text; `gap` says that an empty line stands above it."""

    text: str
    indent: int
    gap: bool
    level: int = 0

    @property
    def bullet(self) -> re.Match[str] | None:
        return _BULLET.match(self.text)

    @property
    def number(self) -> re.Match[str] | None:
        return _NUMBER.match(self.text)


def read_plain(text: str) -> HeadedText:
    return headed_text(_elements(_unglued(_unwrapped(_lines(fold(text))))))


def _lines(text: str) -> list[_Line]:
    """The lines that hold text, without rules; an underlined line knows its level."""
    lines: list[_Line] = []
    gap = True
    for raw in text.split("\n"):
        stripped = raw.strip()
        if not stripped:
            gap = True
        elif _UNDERLINE.fullmatch(stripped):
            if lines and not gap and is_short(lines[-1].text):
                lines[-1] = replace(lines[-1], level=1 if stripped[0] == "=" else 2)
            gap = True
        elif not (gap and _PAGE_NUMBER.fullmatch(stripped)):
            spread = raw.expandtabs(4)
            lines.append(_Line(stripped, len(spread) - len(spread.lstrip()), gap))
            gap = False
    return lines


def _unwrapped(lines: Sequence[_Line]) -> list[_Line]:
    """Lines joined again that only the width of the page had broken."""
    known = words_of(line.text for line in lines)
    width = _wrapped_at(lines)
    whole: list[list[_Line]] = []
    for line in lines:
        if whole and not line.gap and not whole[-1][0].level and _continues(whole[-1], line, width):
            whole[-1].append(line)
        else:
            whole.append([line])
    return [replace(part[0], text=join_lines([line.text for line in part], known)) for part in whole]


def _wrapped_at(lines: Sequence[_Line]) -> int:
    """The width that the lines were broken at; 0 when a line is a paragraph."""
    width = max((line.indent + len(line.text) for line in lines), default=0)
    if width > _MAX_WRAP:
        return 0
    below_full = [below for above, below in pairwise(lines) if not below.gap and _is_full(above, below, width)]
    # Of lines that go on with a sentence most begin small.
    small = sum(re.match(r"[a-z](?!\S*[:/@])", line.text) is not None for line in below_full)
    return width if small > 0.3 * len(below_full) else 0


def _is_full(line: _Line, below: _Line, width: int) -> bool:
    """Whether the first word below would not have fitted: that is what wrapping is."""
    length, first_word = line.indent + len(line.text), len(below.text.split(maxsplit=1)[0])
    return length > width // 2 and length + 1 + first_word > width - 2


def _continues(part: Sequence[_Line], line: _Line, width: int) -> bool:
    """Whether a line goes on with the lines of a part of the text."""
    first, last = part[0], part[-1]
    if line.bullet or line.number or line.level or is_usual_label(last.text) or pair_of(line.text):
        return False
    ends = last.text.endswith((".", "!", "?", ":", ";"))
    if not ends and (line.text[0].islower() or _UNFINISHED.search(last.text)):
        return True
    return (first.bullet is not None and line.indent > first.indent) or (width > 0 and _is_full(last, line, width))


def _unglued(lines: Sequence[_Line]) -> list[_Line]:
    """Glued texts on lines of their own, so that a heading among them is seen."""
    return [
        replace(line, text=piece, gap=line.gap and not number)
        for line in lines
        for number, piece in enumerate([line.text] if line.bullet else unglue(line.text))
        if piece
    ]


def _elements(lines: Sequence[_Line]) -> Iterator[Element]:
    capitals = sum(line.text.isupper() and _could_be_heading(line) for line in lines)
    indents: list[int] = []
    number = 0
    while number < len(lines):
        line = lines[number]
        if listed := _item(lines, number):
            indents = [indent for indent in indents if indent < line.indent]
            yield Item(listed, len(indents))
            indents.append(line.indent)
            number += 1
            continue
        indents = []
        if rows := _table_rows(lines, number):
            yield Table(rows)
            number += len(rows)
        elif run := _summary(lines, number):
            yield from run[0]
            number += run[1]
        else:
            level = _heading_level(lines, number, ranked=capitals > 1)
            yield Heading(line.text, level) if level else Paragraph(line.text)
            number += 1


def _item(lines: Sequence[_Line], number: int) -> str:
    """The text of a list item without its mark, or "" when the line is none."""
    line = lines[number]
    mark = line.bullet or (line.number if _in_numbered_list(lines, number) else None)
    return line.text[mark.end() :] if mark and not line.level else ""


def _in_numbered_list(lines: Sequence[_Line], number: int) -> bool:
    """Alone, "1. Introduction" is a heading, and "1.1 ..." is a numbered paragraph."""
    if re.match(r"\d+\.\d", lines[number].text):
        return False
    above = lines[number - 1] if number else None
    below = next((line for line in map(lines.__getitem__, range(number + 1, len(lines))) if not line.bullet), None)
    return any(line is not None and line.number is not None for line in (above, below))


def _table_rows(lines: Sequence[_Line], number: int) -> tuple[tuple[str, ...], ...]:
    """The rows that begin here, when at least two stand in the same number of columns."""
    rows: list[tuple[str, ...]] = []
    for line in map(lines.__getitem__, range(number, len(lines))):
        cells = tuple(cell.strip() for cell in _COLUMNS.split(line.text))
        if len(cells) < 2 or (rows and len(cells) != len(rows[0])):
            break
        rows.append(cells)
    return tuple(rows) if len(rows) > 1 else ()


def _summary(lines: Sequence[_Line], number: int) -> tuple[list[Labelled | Paragraph], int] | None:
    """The labels and values that begin here, and how many lines they take."""
    run: list[Paragraph] = []
    for line in map(lines.__getitem__, range(number, len(lines))):
        if line.bullet or line.number or not (is_short(line.text) or pair_of(line.text)):
            break
        run.append(Paragraph(line.text))
        if len(run) == 1 and number + 1 < len(lines) and not _opens_summary(line.text, lines[number + 1].text):
            return None
    pairs = pairs_in(run)
    if not pairs or not any(isinstance(pair, Labelled) and pair.value for pair in pairs):
        return None
    # A last label without a value, over a longer text, is that text's heading.
    last = pairs[-1]
    if isinstance(last, Labelled) and not last.value and number + len(run) < len(lines):
        return (pairs[:-1], len(run) - 1) if len(run) > 1 else None
    return pairs, len(run)


def _opens_summary(first: str, second: str) -> bool:
    return bool(is_usual_label(first) or pair_of(first)) or (looks_like_value(second) and not looks_like_value(first))


def _heading_level(lines: Sequence[_Line], number: int, *, ranked: bool) -> int:
    """0 when the line is no heading; `ranked` says that headings in capitals stand over the others."""
    line = lines[number]
    if line.level:
        return line.level
    if not _could_be_heading(line) or number + 1 == len(lines):
        return 0
    if section := _SECTION.match(line.text):
        return 1 + section[1].count(".")
    above, below = lines[number - 1].text if number else ".", lines[number + 1]
    if not (line.gap or above.endswith((".", "!", "?", ":", ";", ",")) or is_short(above)):
        return 0
    level = 1 if line.text.isupper() or not ranked else 2
    # Over another short line only capitals are a heading: else it is the last line of a letter as likely.
    if _could_be_heading(below) and not below.number and not _summary(lines, number + 1):
        return level if ranked and level == 1 and not below.text.isupper() else 0
    return level


def _could_be_heading(line: _Line) -> bool:
    text = line.text
    if line.bullet or len(text.split()) > _MAX_HEADING_WORDS or text.endswith((".", ",", ";", ":", "!")):
        return False
    if not (text[0].isupper() or text[0].isdigit()) or not re.search(r"[A-Za-z]{2}", text):
        return False
    return not _UNFINISHED.search(text) and not _SIGNATURE.match(text)
