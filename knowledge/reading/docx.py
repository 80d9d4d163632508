"""Word files: styles give the headings, numbering the lists; what is struck out, hidden or generated is left out."""

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn

from knowledge.reading.cleaning import clean, fold
from knowledge.reading.elements import (
    MARK_CLOSE,
    MARK_OPEN,
    PSEUDO_LEVEL,
    Element,
    Footnote,
    HeadedText,
    Heading,
    Item,
    Labelled,
    Paragraph,
    ReadingError,
    Table,
)
from knowledge.reading.labels import is_short
from knowledge.reading.outline import headed_text

MAX_EXPANDED_BYTES = 200_000_000
MAX_EXPANSION = 200
"""Times its own size that a file may unpack to: Word's XML packs about tenfold, a bomb a thousandfold."""
MAX_PARTS = 5_000

_OLD_WORD = b"\xd0\xcf\x11\xe0"
_BULLET = re.compile(r"[•▪◦‣·●○■□–—-]\s+(?=\S)")
_WRAPPERS = {qn("w:sdt"), qn("w:ins"), qn("w:customXml"), qn("w:moveTo")}
# An XML element of a Word file: python-docx leaves their type open.
_Xml = Any


def read_docx(path: Path) -> HeadedText:
    """The text of a Word file in reading order, its notes behind it."""
    document = open_docx(path)
    reading = _Reading(document)
    return headed_text([*reading.elements(document.element.body), *reading.footnotes()])


def open_docx(path: Path) -> Any:
    """python-docx's document. ReadingError when the file is none, or unpacks to more than a document would."""
    _check_package(path)
    try:
        return docx.Document(str(path))
    except (PackageNotFoundError, KeyError, ValueError, zipfile.BadZipFile) as error:
        raise ReadingError(f"it is not a whole Word file ({error}): save it again as .docx") from error


def _check_package(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(4) == _OLD_WORD:
            raise ReadingError(
                "it is protected with a password or an old .doc file: save it as .docx without a password"
            )
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except (zipfile.BadZipFile, OSError, ValueError) as error:
        raise ReadingError(f"it is not a whole Word file ({error}): save it again as .docx") from error
    expanded = sum(part.file_size for part in parts)
    if (
        expanded > MAX_EXPANDED_BYTES
        or expanded > max(10_000_000, MAX_EXPANSION * path.stat().st_size)
        or len(parts) > MAX_PARTS
    ):
        raise ReadingError(
            f"it unpacks to {expanded:,} bytes in {len(parts):,} parts, which no ordinary document does:"
            " save its text as a new .docx"
        )


class _Reading:
    """One document, with what its styles and numbering say."""

    def __init__(self, document: Any) -> None:
        self._part = document.part
        self._styles = {style.style_id: style for style in document.styles}

    def elements(self, parent: _Xml) -> Iterator[Element]:
        for child in parent:
            if child.tag == qn("w:p"):
                yield from self._paragraph(child)
            elif child.tag == qn("w:tbl"):
                yield self._table(child)
            elif child.tag in _WRAPPERS and not child.findall(f".//{qn('w:docPartGallery')}"):
                yield from self.elements(_content(child))

    def footnotes(self) -> Iterator[Footnote]:
        from docx.oxml import parse_xml

        for relation in self._part.rels.values():
            kind = relation.reltype.rsplit("/", 1)[-1]
            if kind in ("footnotes", "endnotes"):
                for note in parse_xml(relation.target_part.blob):
                    if note.get(qn("w:type")) in (None, "normal"):
                        text = " ".join(clean(_text(line)) for line in note.iter(qn("w:p")))
                        yield Footnote(f"{kind[:-1]} {note.get(qn('w:id'))}", clean(text))

    def _paragraph(self, paragraph: _Xml) -> Iterator[Element]:
        boxes = [box for box in paragraph.iter(qn("w:txbxContent")) if not _within(box, "mc:Fallback", paragraph)]
        raw = _text(paragraph)
        text = clean(raw)
        if text:
            yield from self._kind(paragraph, raw, text)
        for box in boxes:
            yield from self.elements(box)

    def _kind(self, paragraph: _Xml, raw: str, text: str) -> Iterator[Element]:
        names = self._style_names(paragraph)
        if any(re.match(r"toc(?:\b| ?\d)|table of (?:contents|figures)", name) for name in names):
            return
        level = self._heading_level(paragraph, names)
        depth = self._list_depth(paragraph, names)
        bullet = _BULLET.match(text)
        lines = [clean(line) for line in fold(raw).split("\n") if line.strip()]
        if level and len(text) < 300:
            yield Heading(text, level)
        elif depth is not None:
            yield Item(text, depth)
        elif bullet:
            yield Item(text[bullet.end() :], 0)
        elif len(lines) == 1 and raw.strip().count("\t") == 1 and is_short(text):
            label, value = (clean(part) for part in raw.strip().split("\t"))
            yield Labelled(label.rstrip(": "), value)
        elif _all_bold(paragraph) and is_short(text) and len(lines) == 1 and not text.endswith(":"):
            yield Heading(text, PSEUDO_LEVEL)
        else:
            yield from self._broken(paragraph, lines)

    def _broken(self, paragraph: _Xml, lines: list[str]) -> Iterator[Element]:
        """A paragraph with line breaks: a line of its own each, unless a break only wraps a sentence."""
        whole: list[str] = []
        for line in lines:
            if whole and line[0].islower() and not whole[-1].endswith((".", ":", ";")):
                whole[-1] = f"{whole[-1]} {line}"
            else:
                whole.append(line)
        if len(whole) == 2 and _starts_bold(paragraph) and is_short(whole[0]) and is_short(whole[1]):
            yield Labelled(whole[0].rstrip(": "), whole[1])
            return
        yield from (Paragraph(line) for line in whole)

    def _style_chain(self, paragraph: _Xml) -> Iterator[Any]:
        found = paragraph.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
        style = self._styles.get(found.get(qn("w:val"))) if found is not None else None
        for _ in range(20):
            if style is None:
                return
            yield style
            style = style.base_style

    def _style_names(self, paragraph: _Xml) -> list[str]:
        return [(style.name or "").lower() for style in self._style_chain(paragraph)]

    def _properties(self, paragraph: _Xml) -> Iterator[_Xml]:
        """The paragraph's own properties, then those of its styles."""
        for owner in (paragraph, *(style.element for style in self._style_chain(paragraph))):
            if (properties := owner.find(qn("w:pPr"))) is not None:
                yield properties

    def _heading_level(self, paragraph: _Xml, names: list[str]) -> int:
        """1 for the title, from 2 for headings, 0 for none."""
        for name in names:
            if match := re.match(r"heading (\d)", name):
                return int(match[1]) + 1
            if name == "title":
                return 1
        for properties in self._properties(paragraph):
            if (outline := properties.find(qn("w:outlineLvl"))) is not None:
                level = int(outline.get(qn("w:val"), "9"))
                return level + 2 if level < 9 else 0
        return 0

    def _list_depth(self, paragraph: _Xml, names: list[str]) -> int | None:
        own = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}")
        if own is not None:
            return _numbered_depth(own)
        for name in names:
            if match := re.match(r"list (?:bullet|number)(?: (\d))?", name):
                return int(match[1] or 1) - 1
        styled = (properties.find(qn("w:numPr")) for properties in self._properties(paragraph))
        numbering = next((found for found in styled if found is not None), None)
        return None if numbering is None else _numbered_depth(numbering)

    def _table(self, table: _Xml) -> Table:
        rows = list(table.iter(qn("w:tr")))
        rows = [row for row in rows if next(row.iterancestors(qn("w:tbl"))) is table]
        if not rows:
            return Table(())
        grid: list[tuple[str, ...]] = []
        for row in rows:
            cells: list[str] = []
            for cell in row.iter(qn("w:tc")):
                if next(cell.iterancestors(qn("w:tr"))) is row:
                    above = grid[-1][len(cells)] if grid and len(cells) < len(grid[-1]) else ""
                    text = above if _continues_merge(cell) else _cell_text(cell)
                    cells += [text] * _span(cell)
            grid.append(tuple(cells))
        marked = rows[0].find(f"{qn('w:trPr')}/{qn('w:tblHeader')}") is not None
        bold = [
            [_all_bold(line) for line in cell.iter(qn("w:p")) if _text(line).strip()]
            for cell in rows[0].iter(qn("w:tc"))
        ]
        first_bold = bool(bold) and all(all(cell) for cell in bold) and any(bold)
        rest_bold = len(rows) > 1 and all(
            _all_bold(line) for row in rows[1:] for line in row.iter(qn("w:p")) if _text(line).strip()
        )
        return Table(tuple(grid), True if marked or (first_bold and not rest_bold) else None)


def _numbered_depth(numbering: _Xml) -> int | None:
    """The depth of a list item, None where numbering is switched off."""
    identity, level = numbering.find(qn("w:numId")), numbering.find(qn("w:ilvl"))
    if identity is not None and identity.get(qn("w:val")) == "0":
        return None
    return int(level.get(qn("w:val"), "0")) if level is not None else 0


def _content(wrapper: _Xml) -> _Xml:
    inner = wrapper.find(qn("w:sdtContent"))
    return wrapper if inner is None else inner


def _within(element: _Xml, name: str, stop: _Xml) -> bool:
    for ancestor in element.iterancestors():
        if ancestor is stop:
            return False
        if ancestor.tag.endswith("}" + name.split(":")[1]):
            return True
    return False


def _text(paragraph: _Xml) -> str:
    """What is seen of a paragraph: not what was deleted or hidden, and not the boxes that float beside it."""
    pieces: list[str] = []
    for run in paragraph.iter(qn("w:r")):
        if _is_unseen(run, paragraph):
            continue
        for child in run:
            if child.tag == qn("w:t"):
                pieces.append(child.text or "")
            elif child.tag in (qn("w:tab"), qn("w:ptab")):
                pieces.append("\t")
            elif child.tag in (qn("w:br"), qn("w:cr")):
                pieces.append("\n")
            elif child.tag == qn("w:noBreakHyphen"):
                pieces.append("-")
            elif child.tag in (qn("w:footnoteReference"), qn("w:endnoteReference")):
                kind = child.tag.rsplit("}")[-1].removesuffix("Reference")
                pieces.append(f"{MARK_OPEN}{kind} {child.get(qn('w:id'))}{MARK_CLOSE}")
    return "".join(pieces)


def _is_unseen(run: _Xml, paragraph: _Xml) -> bool:
    hidden = run.find(f"{qn('w:rPr')}/{qn('w:vanish')}")
    if hidden is not None and hidden.get(qn("w:val")) not in ("0", "false"):
        return True
    for ancestor in run.iterancestors():
        if ancestor is paragraph:
            return False
        if ancestor.tag in (qn("w:del"), qn("w:moveFrom"), qn("w:txbxContent")):
            return True
    return False


def _is_bold(run: _Xml) -> bool:
    bold = run.find(f"{qn('w:rPr')}/{qn('w:b')}")
    return bold is not None and bold.get(qn("w:val")) not in ("0", "false")


def _shown_runs(paragraph: _Xml) -> list[_Xml]:
    return [
        run for run in paragraph.iter(qn("w:r")) if "".join(text.text or "" for text in run.iter(qn("w:t"))).strip()
    ]


def _all_bold(paragraph: _Xml) -> bool:
    runs = _shown_runs(paragraph)
    return bool(runs) and all(_is_bold(run) for run in runs)


def _starts_bold(paragraph: _Xml) -> bool:
    return any(_is_bold(run) for run in _shown_runs(paragraph)[:1])


def _cell_text(cell: _Xml) -> str:
    return "; ".join(filter(None, (_BULLET.sub("", clean(_text(line))) for line in cell.iter(qn("w:p")))))


def _continues_merge(cell: _Xml) -> bool:
    merge = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
    return merge is not None and merge.get(qn("w:val"), "continue") == "continue"


def _span(cell: _Xml) -> int:
    span = cell.find(f"{qn('w:tcPr')}/{qn('w:gridSpan')}")
    return max(1, min(int(span.get(qn("w:val"), "1")), 50)) if span is not None else 1
