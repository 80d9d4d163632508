"""Files of the kinds a pack may hold, read into headed text. The only module that knows which reader reads which."""

from importlib import import_module
from pathlib import Path

from knowledge.reading.elements import HeadedText, ReadingError

KINDS = {
    ".md": "Markdown",
    ".markdown": "Markdown",
    ".txt": "plain text",
    ".text": "plain text",
    ".html": "HTML",
    ".htm": "HTML",
    ".xhtml": "HTML",
    ".pdf": "PDF",
    ".docx": "Word (.docx)",
}
MAX_BYTES = 50_000_000
MAX_TEXT_BYTES = 5_000_000
"""Larger files are refused before they are opened; kinds that are only text are read in this process."""

_TEXT_READERS = {
    "Markdown": ("markdown", "read_markdown"),
    "plain text": ("plain", "read_plain"),
    "HTML": ("html", "read_html"),
}


def read_file(path: Path) -> HeadedText:
    """The text of one file; ReadingError says why it can't be had."""
    size = path.stat().st_size
    if not size:
        raise ReadingError("the file is empty: put the document's text in it or take it out of the folder")
    kind = KINDS[path.suffix.lower()]
    most = MAX_TEXT_BYTES if kind in _TEXT_READERS else MAX_BYTES
    if size > most:
        raise ReadingError(f"the file has {size:,} bytes, more than {most:,}: split it or make its pictures smaller")
    if kind in _TEXT_READERS:
        module, reader = _TEXT_READERS[kind]
        read: HeadedText = getattr(import_module(f"knowledge.reading.{module}"), reader)(decoded(path.read_bytes()))
    else:
        from knowledge.reading.sandbox import read_apart

        read = read_apart(path)
    if not read.blocks:
        raise ReadingError("no text was found in it: put the document's text in it or take it out of the folder")
    return read


def decoded(content: bytes) -> str:
    """Of a file that is only text: UTF-8 or UTF-16 by their marks, else UTF-8, else what Windows calls ANSI."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return content.decode("utf-16", errors="replace")
    if b"\0" in content:
        raise ReadingError("it is not text: give it the ending of the kind that it is")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
