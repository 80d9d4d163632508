"""What stands where on the pages of a PDF: words and ruled tables. The only module that knows pdfplumber."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pdfplumber
from pdfminer.pdfdocument import PDFEncryptionError
from pdfminer.pdftypes import resolve1
from pdfminer.psexceptions import PSException
from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException
from pdfplumber.utils.text import extract_words

from knowledge.reading.cleaning import fold
from knowledge.reading.elements import Raw, ReadingError

MAX_PAGE_BYTES = 20_000_000
"""Of drawing instructions on one page: ten times what a page full of vector graphics has."""
_END_BYTES = 4096
_TINY = 2.0
"""Points: type of less is not read by anybody."""
_MAX_CELL_WORDS = 150
_FAULTS = (
    PdfminerException,
    MalformedPDFException,
    PSException,
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    RecursionError,
)
"""What pdfminer raises on a broken file: its own errors, and Python's where it did not expect the fault."""


@dataclass(frozen=True, slots=True)
class Word:
    """Characters set together in one style; points from the page's top left corner."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool


@dataclass(frozen=True, slots=True)
class Ruled:
    """A table drawn with lines: the words of each cell, merged cells repeated."""

    cells: tuple[tuple[tuple[Word, ...], ...], ...]
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Page:
    """`words` are those outside of tables; `number` counts the file's pages from 1."""

    number: int
    height: float
    words: tuple[Word, ...]
    tables: tuple[Ruled, ...]


def read_pages(path: Path) -> list[Page]:
    _check_whole(path)
    try:
        with pdfplumber.open(path, raise_unicode_errors=False) as file:
            pictures, pages = 0, []
            for page in file.pages:
                pages.append(_page(page))
                pictures += bool(page.images) and not pages[-1].words and not pages[-1].tables
                page.close()
    except _FAULTS as error:
        raise _refusal(error) from error
    _check_text(pages, pictures)
    return pages


def raw_pdf(path: Path) -> Raw:
    """Every line of every page, and the words that are white, tiny or beside the page, whatever stands behind them."""
    _check_whole(path)
    lines: list[str] = []
    hidden: list[str] = []
    try:
        with pdfplumber.open(path, raise_unicode_errors=False) as file:
            for page in file.pages:
                _check_drawing(page)
                lines += page.extract_text().splitlines()
                unseen = page.filter(partial(_is_unseen, width=page.width, height=page.height))
                hidden += unseen.extract_text().splitlines()
                page.close()
    except _FAULTS as error:
        raise _refusal(error) from error
    return Raw(tuple(map(fold, lines)), tuple(map(fold, hidden)))


def _is_unseen(char: dict[str, Any], width: float, height: float) -> bool:
    if char["object_type"] != "char":
        return False
    colour = char["non_stroking_color"]
    parts = colour if isinstance(colour, tuple | list) else (colour,)
    white = (len(parts) == 4 and not any(parts)) or (len(parts) in (1, 3) and all(part == 1 for part in parts))
    beside = not (0 <= char["x0"] <= width and 0 <= char["top"] <= height)
    return white or beside or float(char["size"]) < _TINY


def _check_whole(path: Path) -> None:
    """A file that was cut off would be read as far as it goes, without a word about the rest."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - _END_BYTES))
        if b"%%EOF" not in file.read():
            raise ReadingError(
                "it is not a whole PDF (its end is missing): save it again from the program that made it"
            )


def _refusal(error: Exception) -> Exception:
    cause = error.args[0] if error.args and isinstance(error.args[0], Exception) else error
    if isinstance(cause, MemoryError):
        return cause
    if isinstance(cause, PDFEncryptionError):
        return ReadingError("it is protected with a password: save it without one")
    return ReadingError(
        f"it is not a whole PDF ({type(cause).__name__}: {str(cause)[:120]}):"
        " save it again from the program that made it"
    )


def _check_text(pages: Sequence[Page], pictures: int) -> None:
    if not pages:
        raise ReadingError("it has no pages: save it again from the program that made it")
    empty = [page.number for page in pages if not page.words and not page.tables]
    if len(empty) == len(pages) or pictures > len(pages) / 2:
        numbers = ", ".join(map(str, empty[:10])) + (" and more" if len(empty) > 10 else "")
        raise ReadingError(
            f"page {numbers} holds no text that can be read, as a scan does:"
            " run text recognition (OCR) over it, or use the original document"
        )
    letters = "".join(word.text for page in pages for word in page.words)
    if letters.count("(cid:") * 20 > len(letters):
        raise ReadingError("its fonts do not say which letters they show: save it again, or use the original document")


def _check_drawing(page: Any) -> None:
    drawn = sum(len(resolve1(stream).get_data()) for stream in page.page_obj.contents)
    if drawn > MAX_PAGE_BYTES:
        raise ReadingError(
            f"page {page.page_number} unpacks to {drawn:,} bytes, which no ordinary page does:"
            " save it again from the program that made it"
        )


def _page(page: Any) -> Page:
    _check_drawing(page)
    words = [_word(found) for found in _found_words(page)]
    tables = [table for table in (_ruled(found, words) for found in page.find_tables()) if table]
    inside = {id(word) for table in tables for row in table.cells for cell in row for word in cell}
    outside = tuple(word for word in words if id(word) not in inside)
    return Page(page.page_number, float(page.height), outside, tuple(tables))


def _found_words(page: Any) -> Iterator[dict[str, Any]]:
    # Bold type may be made by printing each letter twice, and watermarks stand askew.
    letters = {(char["text"], round(char["x0"]), round(char["top"])): char for char in page.chars if char["upright"]}
    found = extract_words(
        list(letters.values()), x_tolerance_ratio=0.18, y_tolerance=2, extra_attrs=["fontname", "size"]
    )
    return (word for word in found if fold(word["text"]).strip() and 0 <= word["x0"] <= page.width)


def _word(found: dict[str, Any]) -> Word:
    name = found["fontname"].lower()
    bold = any(part in name for part in ("bold", "black", "heavy", "semibold", "-bd", "demi"))
    # A soft hyphen at the end of a line is needed until the lines are joined.
    text = fold(found["text"]) + ("\u00ad" if found["text"].endswith("\u00ad") else "")
    size = round(float(found["size"]) * 2) / 2
    return Word(text, found["x0"], found["x1"], found["top"], found["bottom"], size, bold)


def _ruled(table: Any, words: Sequence[Word]) -> Ruled | None:
    """The table with its words, or None for a box around text or a page's rules."""
    columns = sorted({round(cell[0]) for cell in table.cells})
    rows = sorted({round(cell[1]) for cell in table.cells})
    if len(columns) < 2 or len(rows) < 2:
        return None
    near = [word for word in words if _holds(table.bbox, *_middle(word))]
    texts = {cell: tuple(word for word in near if _holds(cell, *_middle(word))) for cell in table.cells}
    if not near or max(map(len, texts.values())) > _MAX_CELL_WORDS:
        return None
    cells = tuple(tuple(_cell_at(texts, x + 2, y + 2) for x in columns) for y in rows)
    held = {id(word) for cell in texts.values() for word in cell}
    return Ruled(cells, table.bbox[1], table.bbox[3]) if all(id(word) in held for word in near) else None


def _cell_at(texts: dict[tuple[float, float, float, float], tuple[Word, ...]], x: float, y: float) -> tuple[Word, ...]:
    return next((words for cell, words in texts.items() if _holds(cell, x, y)), ())


def _middle(word: Word) -> tuple[float, float]:
    return (word.x0 + word.x1) / 2, (word.top + word.bottom) / 2


def _holds(cell: tuple[float, float, float, float], x: float, y: float) -> bool:
    return cell[0] - 1 <= x < cell[2] + 1 and cell[1] - 1 <= y < cell[3] + 1
