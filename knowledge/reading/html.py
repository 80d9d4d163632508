"""HTML pages: the main content, without what surrounds it and without what a visitor does not see."""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PreformattedString, Tag

from knowledge.reading.cleaning import clean
from knowledge.reading.elements import (
    MARK_CLOSE,
    MARK_OPEN,
    PSEUDO_LEVEL,
    Element,
    Footnote,
    HeadedText,
    Heading,
    Labelled,
    Paragraph,
    ReadingError,
)
from knowledge.reading.html_parts import inline_text, items_of, pairs_of, table_of, text_of
from knowledge.reading.labels import is_short, is_usual_label, looks_like_value
from knowledge.reading.outline import headed_text

_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_FURNITURE = (
    "script style template noscript nav footer svg iframe object canvas audio video input select textarea button option"
    " dialog [role=navigation] [role=banner] [role=contentinfo] [role=search] [role=dialog] [hidden] [aria-hidden=true]"
).split()
UNSEEN = re.compile(
    r"""display\s*:\s*none | visibility\s*:\s*hidden | opacity\s*:\s*0(?![.\d]) | (?<![-\w])color\s*:\s*transparent
      | font-size\s*:\s*(?: 0(?![.\d]) | [01](?:\.\d+)?p[xt] )
      | (?: left | right | top | margin-left | text-indent )\s*:\s*-(?: 999 | \d{4} | \d{3,}r?em )
      | clip(?:-path)?\s*:\s*(?: rect\(\s*[01](?![.\d]) | inset\(\s*(?:50|100)% )
      | transform\s*:\s*scale[xy]?\(\s*0(?![.\d])
      | (?<![-\w])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)(?=.{0,200}overflow\s*:\s*hidden)
      | overflow\s*:\s*hidden.{0,200}(?<![-\w])(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|$)""",
    re.I | re.VERBOSE,
)
"""Styles by which an element is not seen, wherever it stands."""
_SURROUNDING = re.compile(
    r"breadcrumb|cookie|skip-?(?:link|to|nav)|visually-?hidden|sr-only|screen-reader|phase-banner|site-?(?:header|footer)"
    r"|back-to-top|share-links|social-share|pagination",
    re.I,
)
_BLOCKS = _HEADINGS.keys() | set(
    """
    address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure form header
    hgroup hr html li main ol p pre section summary table td th tr ul
    """.split()
)
_MAX_DEPTH = 200


def read_html(text: str) -> HeadedText:
    """The page's main content; its h1 may stand outside of it."""
    soup = BeautifulSoup(text, "lxml")
    _check_depth(soup)
    _drop_furniture(soup)
    main = _main(soup)
    elements: list[Element] = []
    above = soup.find("h1")
    if isinstance(above, Tag) and not main.find("h1"):
        elements.append(Heading(text_of(above), 1))
    walk = _Walk(_take_footnotes(main))
    walk.into(main)
    title = clean(soup.title.get_text()) if soup.title else ""
    return headed_text([*elements, *walk.finished()], title=title)


def _check_depth(soup: BeautifulSoup) -> None:
    depths = {id(soup): 0}
    for tag in soup.find_all(True):
        depths[id(tag)] = depths[id(tag.parent)] + 1
        if depths[id(tag)] > _MAX_DEPTH:
            raise ReadingError(f"its elements nest more than {_MAX_DEPTH} deep: save it again as a simpler page")


def _drop_furniture(soup: BeautifulSoup) -> None:
    for tag in soup.select(", ".join(_FURNITURE)):
        # An accordion's heading is a button inside a heading.
        if tag.name == "button" and tag.find_parent(list(_HEADINGS)):
            continue
        tag.decompose()
    for tag in soup.find_all(True):
        if tag.decomposed or tag.name in ("html", "body", "main"):
            continue
        names = " ".join([*tag.get_attribute_list("class"), str(tag.get("id", "")), str(tag.get("aria-label", ""))])
        if UNSEEN.search(str(tag.get("style", ""))) or _SURROUNDING.search(names) or _is_skip_link(tag):
            tag.decompose()


def _is_skip_link(tag: Tag) -> bool:
    if tag.name != "a" or not str(tag.get("href", "")).startswith("#"):
        return False
    return re.match(r"skip to |back to top", clean(tag.get_text()), re.I) is not None


def _main(soup: BeautifulSoup) -> Tag:
    """The main content, without the page's own header and side matter that only links elsewhere."""
    found = soup.select("main, [role=main]") or soup.select("article") or soup.select("body")
    main = max(found, key=lambda tag: len(tag.get_text()), default=soup)
    for tag in main.find_all(["header", "aside"]):
        outermost = tag.name == "header" and main.name == "body" and tag.parent is main
        if not tag.decomposed and (outermost or (tag.name == "aside" and _mostly_links(tag))):
            heading = tag.find("h1")
            if isinstance(heading, Tag):
                tag.insert_before(heading.extract())
            tag.decompose()
    return main


def _mostly_links(tag: Tag) -> bool:
    linked = sum(len(clean(link.get_text())) for link in tag.find_all("a"))
    return linked * 2 >= len(clean(tag.get_text()))


def _take_footnotes(main: Tag) -> list[Footnote]:
    """The notes, out of the running text; what refers to them becomes a mark."""
    notes = []
    for part in main.select("[role=doc-endnotes], [role=doc-footnote], .footnotes, .footnote-list, section.endnotes"):
        for note in [part] if part.get("role") == "doc-footnote" else part.find_all("li"):
            # A link inside the page leads from a note back to its text.
            for back in note.select('[role=doc-backlink], a[href^="#"]'):
                back.decompose()
            notes.append(Footnote(str(note.get("id", "")), text_of(note)))
        part.extract()
    ids = {note.mark for note in notes if note.mark}
    for link in main.select('a[href^="#"]'):
        target = str(link["href"])[1:]
        if target in ids:
            place = link.find_parent("sup") or link
            place.replace_with(NavigableString(f"{MARK_OPEN}{target}{MARK_CLOSE}"))
    return notes


class _Walk:
    """Goes through the page once; text between blocks gathers in `_open` until a block begins or ends."""

    def __init__(self, footnotes: list[Footnote]) -> None:
        self._elements: list[Element] = []
        self._open: list[str] = []
        self._footnotes = footnotes

    def finished(self) -> list[Element]:
        self._close()
        return [*self._elements, *self._footnotes]

    def into(self, tag: Tag) -> None:
        for child in tag.children:
            if isinstance(child, PreformattedString):
                continue
            if isinstance(child, NavigableString):
                self._open.append(str(child))
            elif isinstance(child, Tag):
                self._tag(child)

    def _tag(self, tag: Tag) -> None:
        if tag.name not in _BLOCKS:
            if tag.find(list(_BLOCKS)):
                self.into(tag)
            else:
                self._open.append(inline_text(tag))
            return
        self._close()
        if tag.name in _HEADINGS:
            self._elements.append(Heading(text_of(tag), _HEADINGS[tag.name]))
        elif tag.name in ("ul", "ol"):
            self._elements.extend(items_of(tag, 0))
        elif tag.name == "dl":
            self._elements.extend(pairs_of(tag))
        elif tag.name == "table":
            self._elements.append(table_of(tag))
        elif tag.name == "p" and (bold := _bold_label(tag)):
            self._elements.extend(bold)
        else:
            self.into(tag)
        self._close()

    def _close(self) -> None:
        text, self._open = "".join(self._open), []
        self._elements.extend(Paragraph(line) for line in _lines(text))


def _lines(text: str) -> Iterator[str]:
    """The lines that <br> makes (U+000B here), joined again where one only wraps a sentence."""
    lines = [line for line in (clean(part) for part in text.split("\v")) if line]
    for number, line in enumerate(lines):
        if number and line[0].islower() and not lines[number - 1].endswith((".", ":", ";")):
            lines[number] = f"{lines[number - 1]} {line}"
            lines[number - 1] = ""
    return (line for line in lines if line)


def _bold_label(paragraph: Tag) -> list[Element]:
    """A short paragraph all in bold is a heading; a bold start followed by a short value is a label."""
    first = next((child for child in paragraph.children if str(child).strip()), None)
    if not isinstance(first, Tag) or not (
        first.name in ("strong", "b") or first.find(["strong", "b"], recursive=False)
    ):
        return []
    label, whole = text_of(first), "".join(inline_text(paragraph).split("\v"))
    rest = clean(whole).removeprefix(label).strip()
    if not label or not is_short(label):
        return []
    if not rest and (not label.endswith(":") or is_usual_label(label)):
        return [Heading(label.rstrip(": "), PSEUDO_LEVEL)]
    if first.name in ("strong", "b") and is_short(rest) and _begins_value(rest) and not label.endswith(":"):
        return [Labelled(label, rest)]
    return []


def _begins_value(text: str) -> bool:
    return text[0].isupper() or looks_like_value(text)
