"""The order in which the words of a page are read: rows, columns, and tables that only alignment shows."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise
from statistics import median

from knowledge.reading.elements import MARK_CLOSE, MARK_OPEN
from knowledge.reading.pdf_pages import Page, Ruled, Word

_GAP = 0.9
"""Times the type size: less space than this between two words never parts columns."""
_STRIP_OF_FEW = 1.3
"""Times the type size: in a table of fewer than four rows wide word spaces could stand above each other by chance."""
_LIST_MARK = re.compile(r"[•▪◦‣·●○■□➢✓*–—-]|o|\(cid:\d+\)|\(?(?:\d{1,2}|[a-z]|[ivx]{1,4})[.)]")
_NOTE_MARKS = set("0123456789*†‡§")


@dataclass(frozen=True)
class Row:
    """Words at one height, from left to right."""

    words: tuple[Word, ...]

    @cached_property
    def x0(self) -> float:
        return self.words[0].x0

    @cached_property
    def x1(self) -> float:
        return max(word.x1 for word in self.words)

    @cached_property
    def top(self) -> float:
        return min(word.top for word in self.words if word.size >= self.size)

    @cached_property
    def size(self) -> float:
        """The size of most of its letters."""
        letters: Counter[float] = Counter()
        for word in self.words:
            letters[word.size] += len(word.text)
        return max(letters, key=lambda size: (letters[size], size))

    @cached_property
    def gaps(self) -> tuple[tuple[float, float], ...]:
        """Where it stands open wide enough to part columns, from and to."""
        gaps = []
        reach, before = self.words[0].x1, self.words[0]
        for word in self.words[1:]:
            if word.x0 - reach > _GAP * self.size and not _LIST_MARK.fullmatch(before.text):
                gaps.append((reach, word.x0))
            reach, before = max(reach, word.x1), word
        return tuple(gaps)

    @cached_property
    def bold(self) -> bool:
        return all(word.bold for word in self.words)

    @cached_property
    def text(self) -> str:
        """The words with single spaces; a raised figure behind a word is marked as a reference to a note."""
        text, before = "", None
        for word in self.words:
            if before and self._is_mark(word, before):
                text += f"{MARK_OPEN}{word.text.strip('()[],')}{MARK_CLOSE}"
                continue
            touching = before is not None and word.x0 - before.x1 < 0.12 * self.size
            text += word.text if not text or touching else f" {word.text}"
            before = word
        return text

    def _is_mark(self, word: Word, before: Word) -> bool:
        small = word.size <= 0.88 * before.size and word.bottom < before.bottom - 0.15 * before.size
        return small and set(word.text.strip("()[],")) <= _NOTE_MARKS and word.x0 - before.x1 < 0.4 * before.size


@dataclass(frozen=True, slots=True)
class Line:
    """A row as it stands in its column, whose edges are `left` and `right`."""

    row: Row
    page: int
    column: int
    left: float
    right: float

    @property
    def text(self) -> str:
        return self.row.text


@dataclass(frozen=True, slots=True)
class Grid:
    """A table's cells, each a list of rows; `bold` says which rows of the table are all bold."""

    cells: tuple[tuple[tuple[Row, ...], ...], ...]
    page: int

    @property
    def bold(self) -> list[bool]:
        return [all(row.bold for cell in cells for row in cell) for cells in self.cells]


@dataclass
class _Order:
    """The lines and tables of one page as they are read."""

    page: int
    found: list[Line | Grid] = field(default_factory=list)
    columns: int = 0

    def column(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        left, right = min(row.x0 for row in rows), max(row.x1 for row in rows)
        self.found += [Line(row, self.page, self.columns, left, right) for row in rows]
        self.columns += 1

    def rows(self, rows: Sequence[Row]) -> None:
        """Rows that may stand in columns: the best gutter's band is taken out, above and below go on alone."""
        band = _band(rows)
        if not band:
            self.column(rows)
            return
        first, last, gutter = band
        self.rows(rows[:first])
        self._parted(rows[first:last], gutter)
        self.rows(rows[last:])

    def _parted(self, rows: Sequence[Row], gutter: float) -> None:
        left, right = _sides(rows, gutter)
        if _is_prose(left) and _is_prose(right):
            self.rows(left)
            self.rows(right)
        elif len(_column_edges(rows)) > 1:
            self.found.append(Grid(_aligned(rows), self.page))
        else:
            self.column(rows)


def rows_of(words: Sequence[Word]) -> list[Row]:
    """Words that stand at one height, whatever their size, from top to bottom."""
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.bottom, word.x0)):
        for row in reversed(rows[-3:]):
            middle = (word.top + word.bottom) / 2
            if row[0].top <= middle <= row[0].bottom or word.top <= (row[0].top + row[0].bottom) / 2 <= word.bottom:
                row.append(word)
                break
        else:
            rows.append([word])
    made = [Row(tuple(sorted(row, key=lambda word: word.x0))) for row in rows]
    return sorted(made, key=lambda row: row.top)


def reading_order(page: Page, rows: Sequence[Row]) -> list[Line | Grid]:
    """The page's lines and tables; a ruled table parts what stands above it from what stands below."""
    order = _Order(page.number)
    rest = list(rows)
    for table in sorted(page.tables, key=lambda table: table.top):
        above = [row for row in rest if row.top < table.top]
        rest = rest[len(above) :]
        order.rows(above)
        order.found.append(_grid(table, page.number))
    order.rows(rest)
    return order.found


def _grid(table: Ruled, page: int) -> Grid:
    return Grid(tuple(tuple(tuple(rows_of(cell)) for cell in row) for row in table.cells), page)


def _band(rows: Sequence[Row]) -> tuple[int, int, float] | None:
    """The longest run of rows that no word crosses at one place, and that place; None when there is none."""
    gaps = [gap for row in rows for gap in row.gaps]
    places = {round(begin + (end - begin) * part) for begin, end in gaps for part in (0.1, 0.5, 0.9)}
    best = max((run for place in places for run in _runs(rows, place)), default=None)
    if best is None:
        return None
    _, first, last, place = best
    parted = [number for number in range(first, last) if _opens(rows[number], place)]
    if _is_prose(_sides(rows[first:last], place)[0]):
        return parted[0], last, place
    return _table_edge(rows, parted[0], first - 1, place), _table_edge(rows, parted[-1], last, place) + 1, place


def _runs(rows: Sequence[Row], place: float) -> Iterator[tuple[int, int, int, float]]:
    """Runs of rows that nothing crosses at a place: how many rows stand on both sides, first, behind the last."""
    first = 0
    for last in range(len(rows) + 1):
        if last == len(rows) or _crosses(rows[last], place):
            both = sum(_opens(row, place) for row in rows[first:last])
            if both >= 2:
                yield both, first, last, place
            first = last + 1


def _table_edge(rows: Sequence[Row], number: int, stop: int, place: float) -> int:
    """From a row with both sides on, the last before `stop` that belongs to the same table."""
    step = 1 if stop > number else -1
    while number + step != stop:
        row, near = rows[number + step], rows[max(0, number + step - 1) : number + step + 2]
        # A label set between the lines of its value stands alone in its row.
        between = any(other.x0 > place and abs(other.top - row.top) < 0.9 * row.size for other in near)
        if not (row.x0 > place or between) or abs(row.top - rows[number].top) > 2.2 * row.size:
            break
        number += step
    return number


def _opens(row: Row, place: float) -> bool:
    return any(begin <= place <= end for begin, end in row.gaps)


def _crosses(row: Row, place: float) -> bool:
    return row.x0 < place < row.x1 and not _opens(row, place)


def _sides(rows: Sequence[Row], gutter: float) -> tuple[list[Row], list[Row]]:
    left = [Row(words) for row in rows if (words := tuple(word for word in row.words if word.x0 < gutter))]
    right = [Row(words) for row in rows if (words := tuple(word for word in row.words if word.x0 >= gutter))]
    return left, right


def _is_prose(rows: Sequence[Row]) -> bool:
    """Whether a side is running text: lines that fill their width and go on in the next."""
    if len(rows) < 4:
        return False
    width = max(row.x1 for row in rows) - min(row.x0 for row in rows)
    full = median((row.x1 - row.x0) / max(width, 1) for row in rows)
    going_on = sum(row.text[:1].islower() for row in rows) / len(rows)
    return full > 0.6 and going_on > 0.25 and median(len(row.words) for row in rows) >= 3


def _aligned(rows: Sequence[Row]) -> tuple[tuple[tuple[Row, ...], ...], ...]:
    """The cells of a table that only alignment shows."""
    edges = _column_edges(rows)
    table: list[list[list[Row]]] = []
    groups = list(_close_together(rows, edges))
    for group in groups:
        for number, cells in enumerate(_cells(row, edges) for row in group):
            first = number == 0 and len(groups) > 1
            if first or not table or (cells[0] and table[-1][0] and not _is_rest(cells, spaced=len(groups) > 1)):
                table.append([[] for _ in edges])
            for column, words in enumerate(cells):
                if words:
                    table[-1][column].append(Row(words))
    return tuple(tuple(tuple(cell) for cell in row) for row in table)


def _is_rest(cells: Sequence[tuple[Word, ...]], *, spaced: bool) -> bool:
    """Whether a first cell is the rest of the one above: it begins small, or space would part it were it a new one."""
    small, alone = cells[0][0].text[:1].islower(), not any(cells[1:])
    return (small or alone) if spaced else (small and alone)


def _close_together(rows: Sequence[Row], edges: Sequence[float]) -> Iterator[list[Row]]:
    """Rows parted where more space stands between them than between the lines of one cell."""
    columns = zip(*(_cells(row, edges) for row in rows), strict=True)
    tops = [[row.top for row, words in zip(rows, column, strict=True) if words] for column in columns]
    between_lines = min((below - above for column in tops for above, below in pairwise(column)), default=0.0)
    group = [rows[0]]
    for above, row in pairwise(rows):
        if row.top - above.top > 1.25 * between_lines:
            yield group
            group = []
        group.append(row)
    yield group


def _cells(row: Row, edges: Sequence[float]) -> list[tuple[Word, ...]]:
    return [tuple(word for word in row.words if _column(word, edges) == number) for number in range(len(edges))]


def _column_edges(rows: Sequence[Row]) -> list[float]:
    """Where columns begin: behind every strip that no word of the rows touches."""
    edges, reach = [], float("-inf")
    strip = median(row.size for row in rows) * (_GAP if len(rows) > 3 else _STRIP_OF_FEW)
    for word in sorted((word for row in rows for word in row.words), key=lambda word: word.x0):
        if word.x0 - reach > strip:
            edges.append(word.x0)
        reach = max(reach, word.x1)
    return edges


def _column(word: Word, edges: Sequence[float]) -> int:
    return max(number for number, edge in enumerate(edges) if word.x0 >= edge)
