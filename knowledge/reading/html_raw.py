"""All texts of a page, whether its reader takes them or not, and those that a visitor does not see."""

from bs4 import BeautifulSoup
from bs4.element import Comment, Tag

from knowledge.reading.cleaning import clean
from knowledge.reading.elements import Raw
from knowledge.reading.html import UNSEEN

_CODE = ("script", "style")


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
    return UNSEEN.search(str(tag.get("style", ""))) is not None
