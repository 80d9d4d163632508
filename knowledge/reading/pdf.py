"""PDF files: size and weight of type give the headings; what every page repeats is left out."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from knowledge.reading.cleaning import clean, join_lines, words_of
from knowledge.reading.elements import (
    MARK_OPEN,
    PSEUDO_LEVEL,
    Element,
    Footnote,
    HeadedText,
    Heading,
    Item,
    Paragraph,
    Table,
)
from knowledge.reading.outline import headed_text
from knowledge.reading.pdf_layout import Grid, Line, Row, reading_order, rows_of
from knowledge.reading.pdf_pages import Page, read_pages

_BULLET = re.compile(r"(?:[•▪◦‣·●○■□➢✓–—-]|\(cid:\d+\)|o(?=\s))\s*(?=\S)")
_NUMBER = re.compile(r"\(?(?:\d{1,2}|[A-Za-z]|[ivx]{1,4})[.)]\s+(?=\S)")
_PAGE_NUMBER = re.compile(r"[-–]?\s*(?:page\s*)?\d{1,3}(?:\s*(?:of|/)\s*\d{1,3})?\s*[-–]?", re.IGNORECASE)
_CONTENTS_LINE = re.compile(r".*(?:\.\s?){4,}\s*\d{1,3}$")
_NOTE = re.compile(r"(\d{1,3}|[*†‡§])[.)]?\s*(?=\S)")
_ENDS = (".", "!", "?", ":", ";")
_EDGE = 4
"""Rows at the top and the foot of a page that a header or footer may take."""
_MARGIN = 0.12
"""Share of a page's height, above and below, in which headers, footers and page numbers stand."""
_MAX_HEADING_WORDS = 20


@dataclass
class _Draft:
    """A heading, list item or paragraph while its lines are found."""

    lines: list[Line]
    level: int = 0
    mark: re.Match[str] | None = None

    @property
    def last(self) -> Line:
        return self.lines[-1]


def read_pdf(path: Path) -> HeadedText:
    """The text of a PDF in reading order."""
    pages = read_pages(path)
    rows = _without_furniture(pages, [rows_of(page.words) for page in pages])
    body = _body_size(pages)
    notes = [_take_notes(page_rows, body, page) for page_rows, page in zip(rows, pages, strict=True)]
    order = [found for page, page_rows in zip(pages, rows, strict=True) for found in reading_order(page, page_rows)]
    known = words_of(row.text for page_rows in rows for row in page_rows)
    elements = _elements(order, _Style(rows, body), known)
    return headed_text(_with_notes(elements, notes))


def _without_furniture(pages: Sequence[Page], rows: Sequence[list[Row]]) -> list[list[Row]]:
    """The rows of each page without headers, footers and page numbers."""
    margins = [[row for row in page_rows if _in_margin(row, page)] for page, page_rows in zip(pages, rows, strict=True)]
    times = Counter(key for page_rows in margins for key in {_key(row) for row in page_rows})
    enough = 2 if len(pages) <= 4 else 3
    kept = []
    for page_rows, margin in zip(rows, margins, strict=True):
        repeated = {id(row) for row in margin if times[_key(row)] >= enough or _PAGE_NUMBER.fullmatch(row.text)}
        top = _edge(page_rows, repeated)
        foot = _edge(page_rows[::-1], repeated)
        kept.append(page_rows[top : max(top, len(page_rows) - foot)])
    return kept


def _edge(rows: Sequence[Row], repeated: set[int]) -> int:
    """How many rows from the edge of a page on are its header or footer: repeated, and set apart from the text."""
    edge = next((number for number, row in enumerate(rows[:_EDGE]) if id(row) not in repeated), min(len(rows), _EDGE))
    while 0 < edge < len(rows) and not _set_apart(rows[edge - 1], rows[edge]):
        edge -= 1
    return edge


def _set_apart(row: Row, body: Row) -> bool:
    alone = _PAGE_NUMBER.fullmatch(row.text) is not None
    return alone or row.size != body.size or abs(body.top - row.top) > 1.5 * body.size


def _in_margin(row: Row, page: Page) -> bool:
    return row.top < _MARGIN * page.height or row.top > (1 - _MARGIN) * page.height


def _key(row: Row) -> tuple[str, float, int]:
    """Headers are alike in words, size and height on the page; their figures may differ."""
    return re.sub(r"\d+", "#", row.text), row.size, round(row.top / 8)


def _body_size(pages: Sequence[Page]) -> float:
    letters: Counter[float] = Counter()
    for page in pages:
        cells = (word for table in page.tables for row in table.cells for cell in row for word in cell)
        for word in (*page.words, *cells):
            letters[word.size] += len(word.text)
    return letters.most_common(1)[0][0] if letters else 1.0


def _take_notes(rows: list[Row], body: float, page: Page) -> list[Footnote]:
    """The footnotes of a page, taken out of its rows: small type below all else that begins with a mark."""
    first = len(rows)
    while first and rows[first - 1].size < 0.95 * body and rows[first - 1].top > 0.4 * page.height:
        first -= 1
    while first < len(rows) and not _NOTE.match(rows[first].text):
        first += 1
    lines = [row.text for row in rows[first:]]
    del rows[first:]
    notes: list[tuple[str, list[str]]] = []
    for line in lines:
        mark = _NOTE.match(line)
        if mark and (not notes or not mark[1].isdigit() or _follows(mark[1], notes[-1][0])):
            notes.append((mark[1], [line[mark.end() :]]))
        else:
            notes[-1][1].append(line)
    return [Footnote(f"{page.number}/{mark}", join_lines(texts, set()), page.number) for mark, texts in notes]


def _follows(mark: str, before: str) -> bool:
    return not before.isdigit() or int(mark) == int(before) + 1


class _Style:
    """What the type of a document means: which sizes are headings, and how far apart lines of one paragraph stand."""

    def __init__(self, rows: Sequence[Sequence[Row]], body: float) -> None:
        self._body = body
        every = [row for page_rows in rows for row in page_rows]
        self._bold_body = sum(len(row.text) for row in every if row.bold) > sum(len(row.text) for row in every) / 2
        larger = Counter(row.size for row in every if row.size >= 1.12 * body)
        self._levels = {size: level for level, size in enumerate(sorted(larger, reverse=True), start=1)}
        steps = [
            round(below.top - above.top, 1)
            for page_rows in rows
            for above, below in pairwise(page_rows)
            if above.size == below.size == body and 0 < below.top - above.top < 2.2 * body
        ]
        self._step = Counter(steps).most_common(1)[0][0] if steps else 1.3 * body

    def level(self, line: Line) -> int:
        """0 for body text."""
        row = line.row
        if len(row.words) > _MAX_HEADING_WORDS:
            return 0
        if row.size in self._levels:
            return self._levels[row.size]
        bold = row.bold and not self._bold_body and row.size >= 0.95 * self._body
        return PSEUDO_LEVEL if bold and not row.text.endswith((".", ",", ";")) else 0

    def is_title(self, line: Line) -> bool:
        """Whether type is so large that its lines end where the page looks best."""
        return line.row.size >= 1.4 * self._body

    def apart(self, above: Line, below: Line) -> bool:
        """Whether more space stands between two lines than inside a paragraph."""
        return below.row.top - above.row.top > 1.25 * max(self._step, 1.15 * below.row.size)


def _elements(order: Sequence[Line | Grid], style: _Style, known: set[str]) -> Iterator[Element]:
    draft: _Draft | None = None
    depths: list[float] = []
    table: Table | None = None
    for found in order:
        if isinstance(found, Line):
            if _is_contents(found.text):
                continue
            if draft and _goes_on(draft, found, style):
                draft.lines.append(found)
                continue
        if draft:
            yield _finished(draft, depths, known)
            draft = None
        if isinstance(found, Grid):
            table = _table(found, known, table)
            yield table
        else:
            draft = _begun(found, style)
            table = None
    if draft:
        yield _finished(draft, depths, known)


def _is_contents(text: str) -> bool:
    return _CONTENTS_LINE.fullmatch(text) is not None or text.lower() in ("contents", "table of contents")


def _begun(line: Line, style: _Style) -> _Draft:
    mark = _BULLET.match(line.text) or (None if style.level(line) else _NUMBER.match(line.text))
    return _Draft([line], 0 if mark else style.level(line), mark)


def _goes_on(draft: _Draft, line: Line, style: _Style) -> bool:
    """Whether a line continues the heading, item or paragraph above it."""
    last, begun = draft.last, _begun(line, style)
    if begun.mark or begun.level != draft.level:
        return False
    together = last.page == line.page and last.column == line.column
    if draft.level:
        close = together and line.row.size == last.row.size and line.row.top - last.row.top < 1.6 * line.row.size
        return close and (style.is_title(line) or line.text[:1].islower() or _is_full(last, line))
    unfinished = not last.text.endswith(_ENDS)
    if not together:
        return unfinished and line.text[:1].islower()
    if style.apart(last, line):
        return False
    if draft.mark and line.row.x0 <= draft.lines[0].row.x0 + 1:
        return unfinished and (line.text[:1].islower() or _is_full(last, line))
    return _is_full(last, line) or (unfinished and line.text[:1].islower())


def _is_full(last: Line, line: Line) -> bool:
    """Whether the line's first word would not have fitted on the line above."""
    first = line.row.words[0]
    return last.row.x1 + (first.x1 - first.x0) + 0.2 * line.row.size > last.right - 0.3 * line.row.size


def _finished(draft: _Draft, depths: list[float], known: set[str]) -> Element:
    """`depths` are the left edges of the list items that are open; anything but an item closes them."""
    page = draft.lines[0].page
    text = clean(_marked(join_lines([line.text for line in draft.lines], known), page))
    if draft.mark:
        left = draft.lines[0].row.x0
        depths[:] = [*(depth for depth in depths if depth < left - 3), left]
        return Item(clean(text[draft.mark.end() :]), len(depths) - 1, page)
    depths.clear()
    return Heading(text, draft.level, page) if draft.level else Paragraph(text, page)


def _marked(text: str, page: int) -> str:
    """The marks of footnotes count from 1 on every page in some files: the page makes them one of a kind."""
    return text.replace(MARK_OPEN, f"{MARK_OPEN}{page}/")


def _table(grid: Grid, known: set[str], above: Table | None) -> Table:
    rows = tuple(tuple(clean(_marked(_cell(cell, known), grid.page)) for cell in row) for row in grid.cells)
    bold = grid.bold
    header = True if bold[0] and not all(bold) else None
    if above and above.header and len(above.rows[0]) == len(rows[0]):
        body = rows[1:] if rows[0] == above.rows[0] else rows
        return Table((above.rows[0], *body), True, page=grid.page)
    return Table(rows, header, page=grid.page)


def _cell(rows: Sequence[Row], known: set[str]) -> str:
    if not rows:
        return ""
    lines: list[str] = []
    for row in rows:
        mark = _BULLET.match(row.text)
        lines.append(("; " if mark and lines else "") + (row.text[mark.end() :] if mark else row.text))
    return join_lines(lines, known).replace(" ; ", "; ")


def _with_notes(elements: Iterator[Element], notes: Sequence[Sequence[Footnote]]) -> Iterator[Element]:
    """The footnotes of each page behind the last element that begins on it."""
    waiting = [note for page_notes in notes for note in page_notes]
    for element in elements:
        while waiting and element.page is not None and waiting[0].page is not None and waiting[0].page < element.page:
            yield waiting.pop(0)
        yield element
    yield from waiting
