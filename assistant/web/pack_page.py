"""The pack as a page to read: its headings, lists and tables put together again from its passages."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from assistant.web.service import PackVersion
from knowledge.domain import BlockKind, Passage


@dataclass(frozen=True, slots=True)
class Piece:
    """Words to show under an anchor (a passage's id)."""

    anchor: str
    paragraphs: tuple[str, ...]
    page: int | None = None
    label: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """A heading, or what stands between two of them.

    `kind` is heading, page (a new page of a PDF begins, `title` is its number), text, list, table, labelled or
    footnotes; an item of a list, a row of a table or a labelled value may hold several pieces, when it was too long
    for one passage. `anchor` is a heading's own.
    """

    kind: str
    anchor: str = ""
    level: int = 0
    title: str = ""
    pieces: tuple[tuple[Piece, ...], ...] = ()
    columns: tuple[str, ...] = ()
    rows: tuple[tuple[str, tuple[str, ...]], ...] = ()


@dataclass(frozen=True, slots=True)
class DocumentShown:
    """One document of the pack; `about` says when it is from and what it amends."""

    id: str
    title: str
    dated: date | None
    amends: str
    parts: tuple[Shown, ...]

    @property
    def contents(self) -> tuple[tuple[Shown, tuple[Shown, ...]], ...]:
        """The headings at the top, each with those right below it."""
        headings = [part for part in self.parts if part.kind == "heading" and part.level <= _TOP + 1]
        tops = [place for place, part in enumerate(headings) if part.level == _TOP]
        ends = [*tops[1:], len(headings)]
        return tuple((headings[top], tuple(headings[top + 1 : end])) for top, end in zip(tops, ends, strict=False))


_TOP = 3
"""The page's own title is an h1, each document's an h2."""

_KINDS = {
    BlockKind.PARAGRAPH: "text",
    BlockKind.LIST_ITEM: "list",
    BlockKind.TABLE_ROW: "table",
    BlockKind.LABELLED: "labelled",
    BlockKind.FOOTNOTE: "footnotes",
}


def shown(pack: PackVersion) -> tuple[DocumentShown, ...]:
    """Every document of a version of the pack, ready for the template."""
    titles = {document.id: document.title for document in pack.documents}
    return tuple(
        DocumentShown(
            id=document.id,
            title=document.title,
            dated=document.dated,
            amends=titles.get(document.amends or "", ""),
            parts=tuple(_parts([one for one in pack.passages if one.document == document.id], f"H{number}")),
        )
        for number, document in enumerate(pack.documents, start=1)
    )


def _parts(passages: Sequence[Passage], anchor: str) -> Iterator[Shown]:
    above: tuple[str, ...] = ()
    page, headings = None, 0
    for (heading, kind, _), run in groupby(passages, key=lambda item: (item.heading, item.kind, item.group)):
        blocks = tuple(_blocks(run))
        begins = blocks[0][0].page
        if begins and begins != page:
            page = begins
            yield Shown("page", title=str(page))
        for level, title in _headings(above, heading):
            headings += 1
            # In capitals, as neither a passage's nor a document's own anchor is.
            yield Shown("heading", f"{anchor}-{headings}", level, title)
        above = heading
        yield (_table(blocks) if kind is BlockKind.TABLE_ROW else None) or Shown(
            _KINDS[kind], pieces=tuple(tuple(_piece(passage) for passage in block) for block in blocks)
        )


def _headings(above: tuple[str, ...], heading: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    """The headings that were not there before, with their levels."""
    same = 0
    while same < min(len(above), len(heading)) and above[same] == heading[same]:
        same += 1
    for depth, title in enumerate(heading[same:], start=same):
        yield min(_TOP + depth, 6), title


def _blocks(passages: Iterable[Passage]) -> Iterator[tuple[Passage, ...]]:
    """Passages that were cut from one block lie closer in the document than blocks do."""
    block: list[Passage] = []
    for passage in passages:
        if block and (passage.kind is BlockKind.PARAGRAPH or passage.start - block[-1].end > 1):
            yield tuple(block)
            block = []
        block.append(passage)
    if block:
        yield tuple(block)


def _piece(passage: Passage) -> Piece:
    label, words = passage.label, passage.text
    if passage.kind is BlockKind.LABELLED and words.startswith(label):
        words = words[len(label) :].lstrip("\n: ")
    paragraphs = tuple(part for part in words.split("\n") if part.strip())
    return Piece(passage.id, paragraphs, page=passage.page, label=label)


def _table(blocks: Sequence[Sequence[Passage]]) -> Shown | None:
    """A table with columns, when every row can be read back into cells; else its rows are shown as they are."""
    rows = []
    columns: tuple[str, ...] = ()
    for block in blocks:
        cells = [cell.partition(": ") for cell in "".join(passage.text for passage in block).split("; ")]
        names = tuple(name for name, _, _ in cells)
        if len(block) != 1 or not all(separator for _, separator, _ in cells) or (columns and names != columns):
            return None
        columns = names
        rows.append((block[0].id, tuple(value for _, _, value in cells)))
    return Shown("table", columns=columns, rows=tuple(rows)) if columns else None
