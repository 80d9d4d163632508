"""All texts of a Word file, whether its reader takes them or not, and those that are set so that nobody sees them."""

from pathlib import Path
from typing import Any

from docx.oxml import parse_xml
from docx.oxml.ns import qn

from knowledge.reading.cleaning import clean
from knowledge.reading.docx import open_docx
from knowledge.reading.elements import Raw

_READ = {"header", "footer", "footnotes", "endnotes", "comments"}
_TINY_HALF_POINTS = 4
_WHITE = {"FFFFFF", "FEFEFE"}


def raw_docx(path: Path) -> Raw:
    """Paragraph by paragraph: the body, then headers, footers, notes and comments."""
    part = open_docx(path).part
    roots = [part.element.body]
    for relation in part.rels.values():
        if not relation.is_external and relation.reltype.rsplit("/", 1)[-1] in _READ:
            roots.append(parse_xml(relation.target_part.blob))
    paragraphs = [paragraph for root in roots for paragraph in root.iter(qn("w:p"))]
    lines = [_text(list(paragraph.iter(qn("w:r")))) for paragraph in paragraphs]
    hidden = [_text([run for run in paragraph.iter(qn("w:r")) if _is_hidden(run)]) for paragraph in paragraphs]
    return Raw(tuple(filter(None, lines)), tuple(filter(None, hidden)))


def _text(runs: list[Any]) -> str:
    # What was struck out stands in w:delText, and is no longer part of the file's words.
    return clean("".join(text.text or "" for run in runs for text in run.iter(qn("w:t"))))


def _is_hidden(run: Any) -> bool:
    style = run.find(qn("w:rPr"))
    if style is None:
        return False
    vanish, colour, size = (style.find(qn(name)) for name in ("w:vanish", "w:color", "w:sz"))
    vanished = vanish is not None and vanish.get(qn("w:val")) not in ("0", "false")
    white = colour is not None and str(colour.get(qn("w:val"))).upper() in _WHITE
    given = "" if size is None else str(size.get(qn("w:val")))
    return vanished or white or (given.isdigit() and int(given) <= _TINY_HALF_POINTS)
