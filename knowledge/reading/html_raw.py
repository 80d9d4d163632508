"""All texts of a page, whether its reader takes them or not, and those that a visitor does not see."""

import re

from bs4 import BeautifulSoup
from bs4.element import Comment, Tag

from knowledge.reading.cleaning import clean
from knowledge.reading.elements import Raw
from knowledge.reading.html import UNSEEN

_CODE = ("script", "style")
_WHITE = re.compile(r"(?<![-\w])color\s*:\s*(?:white|#fff(?:fff)?\b|rgba?\(\s*255\s*,?\s*255\s*,?\s*255)", re.I)
_COLOURED = re.compile(r"background(?:-color)?\s*:\s*(?!white|#fff|transparent|none|inherit)", re.I)
"""White words are read as any others, since what stands behind them may come from elsewhere; but they are told."""


def raw_html(text: str) -> Raw:
    soup = BeautifulSoup(text, "lxml")
    for tag in soup.find_all(_CODE):
        tag.decompose()
    comments = [clean(found) for found in soup.find_all(string=lambda found: isinstance(found, Comment))]
    hidden = [clean(tag.get_text(" ")) for tag in soup.find_all(True) if _is_hidden(tag)]
    lines = [clean(line) for line in soup.stripped_strings]
    return Raw(tuple(lines), tuple(filter(None, (*hidden, *comments))))


def _is_hidden(tag: Tag) -> bool:
    if tag.name == "template" or tag.has_attr("hidden") or tag.get("aria-hidden") == "true":
        return True
    style = str(tag.get("style", ""))
    return bool(UNSEEN.search(style) or (_WHITE.search(style) and not _COLOURED.search(style)))
