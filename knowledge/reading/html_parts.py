"""What one element of an HTML page says: its text, its items, its pairs, its table."""

import re
from collections.abc import Iterator

from bs4.element import PreformattedString, Tag

from knowledge.reading.cleaning import clean
from knowledge.reading.elements import MARK_CLOSE, MARK_OPEN, Item, Labelled, ReadingError, Table

_MAX_CELLS = 100_000


def inline_text(tag: Tag) -> str:
    """The text of a tag with <br> as U+000B; a raised number on a word is a reference, so that no figure grows."""
    if tag.name == "br":
        return "\v"
    if tag.name in ("script", "style"):
        return ""
    text = "".join(
        inline_text(child) if isinstance(child, Tag) else "" if isinstance(child, PreformattedString) else str(child)
        for child in tag.children
    )
    if tag.name == "sup" and re.fullmatch(r"\s*\[?\d{1,3}\]?\s*", text):
        before = tag.previous_sibling.get_text() if tag.previous_sibling else ""
        if re.search(r"[a-z]{3}$|[.,;:)’”\"]$|\s$", before):
            return f"{MARK_OPEN}{text.strip(' []')}{MARK_CLOSE}"
    return text


def text_of(tag: Tag) -> str:
    return clean(inline_text(tag).replace("\v", " "))


def items_of(listing: Tag, depth: int) -> Iterator[Item]:
    """The items of a list and of the lists inside it, each parent before its children."""
    for child in listing.find_all(["li", "ul", "ol"], recursive=False):
        if child.name != "li":
            yield from items_of(child, depth + 1)
            continue
        inner = [tag for tag in child.find_all(["ul", "ol"]) if tag.find_parent(["ul", "ol"]) is listing]
        for tag in inner:
            tag.extract()
        parts = [text_of(tag) for tag in child.find_all(["p", "div"]) if not tag.find(["p", "div"])]
        text = text_of(child)
        if len(parts) > 1 and "".join(parts).replace(" ", "") == text.replace(" ", ""):
            text = "\n".join(filter(None, parts))
        yield Item(text, depth)
        for tag in inner:
            yield from items_of(tag, depth + 1)


def pairs_of(listing: Tag) -> Iterator[Labelled]:
    """The pairs of a <dl>; a <dt> without a <dd> of its own has no value."""
    label: str | None = None
    values: list[str] = []
    for tag in [*listing.find_all(["dt", "dd"]), None]:
        if tag is not None and tag.name == "dd":
            values.append(_cell(tag))
            continue
        if label is not None:
            yield Labelled(label, "; ".join(filter(None, values)), listed=True)
        label, values = text_of(tag).rstrip(": ") if tag is not None else "", []


def _cell(tag: Tag) -> str:
    """The text of a cell, its paragraphs and items apart."""
    parts = [text_of(part) for part in tag.find_all(["li", "p", "div"]) if not part.find(["li", "p", "div"])]
    whole = clean(inline_text(tag).replace("\v", "; "))
    return "; ".join(filter(None, parts)) if "".join(parts).replace(" ", "") == whole.replace(" ", "") else whole


def table_of(table: Tag) -> Table:
    rows = [row for row in table.find_all("tr") if row.find_parent("table") is table]
    caption = table.find("caption")
    first = rows[0].find_all(["th", "td"], recursive=False) if rows else []
    body = [row.find(["th", "td"]) for row in rows]
    heads = bool(first) and all(cell.name == "th" or not cell.get_text(strip=True) for cell in first)
    bold = bool(first) and all(_is_bold(cell) for cell in first)
    in_head = bool(rows) and rows[0].find_parent("thead") is not None
    labels = bool(body) and all(isinstance(cell, Tag) and cell.name == "th" for cell in body) and not heads
    header = True if heads or in_head or bold else False if labels or table.find("th") else None
    return Table(_grid(rows), header, labels, text_of(caption) if isinstance(caption, Tag) else "")


def _is_bold(cell: Tag) -> bool:
    inner = cell.find(["strong", "b"])
    return isinstance(inner, Tag) and clean(inner.get_text()) == clean(cell.get_text()) != ""


def _grid(rows: list[Tag]) -> tuple[tuple[str, ...], ...]:
    """The cells of a table with merged ones repeated in every place they cover."""
    grid: dict[tuple[int, int], str] = {}
    for number, row in enumerate(rows):
        column = 0
        for cell in row.find_all(["td", "th"], recursive=False):
            while (number, column) in grid:
                column += 1
            down, across = _span(cell, "rowspan", len(rows) - number), _span(cell, "colspan", 50)
            text = _cell(cell)
            if len(grid) + down * across > _MAX_CELLS:
                raise ReadingError(
                    f"a table in it has more than {_MAX_CELLS:,} cells: split it or mend its merged cells"
                )
            grid.update({(number + y, column + x): text for y in range(down) for x in range(across)})
            column += across
    width = max((column for _, column in grid), default=-1) + 1
    return tuple(tuple(grid.get((number, column), "") for column in range(width)) for number in range(len(rows)))


def _span(cell: Tag, name: str, most: int) -> int:
    value = str(cell.get(name, "1"))
    return max(1, min(int(value) if value.isdecimal() else 1, most))
