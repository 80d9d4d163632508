"""Markdown, read through the page it makes."""

import html
import re

from markdown_it import MarkdownIt

from knowledge.reading.elements import HeadedText
from knowledge.reading.html import read_html

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(?P<fields>(?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|\Z)")
_NOTE = re.compile(
    r"^\[\^(?P<mark>[^\]\s]+)\]:[ \t]*(?P<text>.*(?:\n(?:[ \t]+\S.*|[ \t]*(?=\n[ \t]+\S)))*)", re.MULTILINE
)
_REFERENCE = re.compile(r"\[\^([^\]\s]+)\]")
_FENCE = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)


def read_markdown(text: str) -> HeadedText:
    """CommonMark with tables and footnotes; front matter is not part of the text."""
    return read_html(page_of(text))


def page_of(text: str) -> str:
    """The page that a text makes, as HTML."""
    text = _FRONT_MATTER.sub("", text.replace("\r\n", "\n").lstrip("\ufeff"))
    page = MarkdownIt("commonmark").enable("table")
    notes = {} if _FENCE.search(text) else {note["mark"]: note["text"] for note in _NOTE.finditer(text)}
    if notes:
        text = _REFERENCE.sub(_link, _NOTE.sub("", text))
    items = "".join(f'<li id="fn:{html.escape(mark)}">{page.renderInline(note)}</li>' for mark, note in notes.items())
    return f'<main>{page.render(text)}<section class="footnotes"><ol>{items}</ol></section></main>'


def _link(reference: re.Match[str]) -> str:
    return f'<sup><a href="#fn:{html.escape(reference[1])}">{html.escape(reference[1])}</a></sup>'
