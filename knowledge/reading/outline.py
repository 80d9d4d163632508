"""Headings, lead-ins, labels and groups: what gives a piece of text its meaning, whatever kind of file it came from."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from knowledge.domain import Block, BlockKind
from knowledge.reading.cleaning import take_marks, unglue
from knowledge.reading.elements import (
    PSEUDO_LEVEL,
    Element,
    Footnote,
    HeadedText,
    Heading,
    Item,
    Labelled,
    Paragraph,
    Table,
)
from knowledge.reading.labels import is_short, is_usual_label, looks_like_value, pair_of, pairs_in
from knowledge.reading.tables import table_blocks
from knowledge.sentences import sentences


def headed_text(elements: Iterable[Element], *, title: str = "") -> HeadedText:
    """The blocks of a file. `title` stands in when the file has no heading."""
    parts = list(_paragraphs_apart(elements))
    headings = [take_marks(part.text)[0] for part in parts if isinstance(part, Heading)]
    outline = _Outline()
    for part in _summaries(_headings_as_labels(parts)):
        outline.add(part)
    return HeadedText(headings[0] if headings else title, tuple(outline.blocks))


def _paragraphs_apart(elements: Iterable[Element]) -> Iterator[Element]:
    """Glued paragraphs cut, "Label: value" lines made pairs, empty texts left out."""
    for element in elements:
        if isinstance(element, Item):
            yield replace(element, text=" ".join(unglue(element.text)))
        elif not isinstance(element, Paragraph):
            yield element
        elif element.text:
            first, *glued = filter(None, unglue(element.text))
            pair = pair_of(first, element.page)
            yield pair if pair and pair.value else Paragraph(first, element.page)
            for piece in glued:
                # What is glued behind a full stop and ends like a heading is one.
                if is_short(piece) and len(piece.split()) > 1:
                    yield Heading(piece, PSEUDO_LEVEL, element.page)
                else:
                    yield Paragraph(piece, element.page)


def _headings_as_labels(parts: Sequence[Element]) -> Iterator[Element]:
    """A heading over one short value is its label; a heading over nothing keeps its words as text."""
    skip = False
    valued = _valued_headings(parts)
    for number, part in enumerate(parts):
        if skip:
            skip = False
        elif not isinstance(part, Heading):
            yield part
        elif number in valued:
            value = parts[number + 1]
            yield Labelled(part.text.rstrip(": "), value.text if isinstance(value, Paragraph) else "", part.page)
            skip = True
        elif _stands_empty(parts, number):
            beside = {number - 2, number + 1} & valued
            yield from _empty_heading(part, beside=bool(beside))
        else:
            yield part


def _valued_headings(parts: Sequence[Element]) -> set[int]:
    found = set()
    for number, part in enumerate(parts[:-1]):
        value = parts[number + 1]
        after = parts[number + 2] if number + 2 < len(parts) else None
        if not isinstance(part, Heading) or not isinstance(value, Paragraph) or not is_short(value.text):
            continue
        alone = after is None or (isinstance(after, Heading) and after.level <= part.level)
        usual = is_usual_label(part.text)
        if alone and not value.text.endswith(":") and (usual or (part.level > 1 and is_short(part.text))):
            found.add(number)
    return found


def _stands_empty(parts: Sequence[Element], number: int) -> bool:
    part = parts[number]
    following = map(parts.__getitem__, range(number + 1, len(parts)))
    after = next((other for other in following if not isinstance(other, Footnote)), None)
    if not isinstance(part, Heading):
        return False
    # A bold label between pairs is a pair without a value, not the heading of the next.
    if part.level == PSEUDO_LEVEL and isinstance(after, Labelled) and is_usual_label(part.text):
        return number > 0 and isinstance(parts[number - 1], Labelled)
    return after is None or (isinstance(after, Heading) and after.level <= part.level)


def _empty_heading(heading: Heading, *, beside: bool) -> Iterator[Element]:
    pair = pair_of(heading.text, heading.page)
    if pair or ((beside or is_usual_label(heading.text)) and not looks_like_value(heading.text)):
        yield pair or Labelled(heading.text.rstrip(": "), "", heading.page)
    else:
        yield heading
        yield Paragraph(heading.text, heading.page)


def _summaries(parts: Iterable[Element]) -> Iterator[Element]:
    """Runs of short lines made labels and values where they are such."""
    run: list[Paragraph] = []
    for part in parts:
        if isinstance(part, Paragraph) and is_short(part.text):
            run.append(part)
            continue
        yield from pairs_in(run) or run
        run = []
        yield part
    yield from pairs_in(run) or run


@dataclass
class _Outline:
    """Where the reading stands: the headings above, the sentence that leads in, the list that is open."""

    blocks: list[Block] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    before: str = ""
    items: list[tuple[int, str]] = field(default_factory=list)
    listed: bool = False
    groups: Iterator[int] = field(default_factory=lambda: count(1))
    group: int = 0
    references: dict[str, tuple[tuple[str, ...], str]] = field(default_factory=dict)

    def add(self, part: Element) -> None:
        if isinstance(part, Footnote):
            path, lead_in = self.references.pop(part.mark, (self._path(), ""))
            self._keep(Block(BlockKind.FOOTNOTE, part.text, path, lead_in, page=part.page))
            return
        if not isinstance(part, Item):
            self.items = []
        if not (isinstance(part, Labelled) and part.listed):
            self.listed = False
        if isinstance(part, Heading):
            self._open(part)
        elif isinstance(part, Item):
            self._item(part)
        elif isinstance(part, Paragraph):
            self._keep(Block(BlockKind.PARAGRAPH, part.text, self._path(), page=part.page))
            self.before = self.blocks[-1].text if self.blocks else ""
        elif isinstance(part, Labelled):
            self._labelled(part)
        else:
            self._table(part)

    def _open(self, heading: Heading) -> None:
        self.headings = [(level, name) for level, name in self.headings if level < heading.level]
        self.headings.append((heading.level, self._noted(heading.text, self._path())))
        self.before = ""

    def _path(self) -> tuple[str, ...]:
        return tuple(name for _, name in self.headings)

    def _item(self, item: Item) -> None:
        if not self.items:
            self.group = next(self.groups)
        self.items = [(depth, text) for depth, text in self.items if depth < item.depth]
        above = [_last_sentence(self.before), *(_last_sentence(text) for _, text in self.items)]
        lead_in = " ".join(part for part in above if part)
        text = take_marks(item.text)[0]
        pair = pair_of(text.split("\n")[0])
        label = pair.label if pair and pair.value else ""
        self._keep(Block(BlockKind.LIST_ITEM, item.text, self._path(), lead_in, label, item.page, self.group))
        self.items.append((item.depth, text))

    def _labelled(self, pair: Labelled) -> None:
        if pair.listed and not self.listed:
            self.group = next(self.groups)
            self.listed = True
        text = f"{pair.label}\n{pair.value}" if pair.value else pair.label
        group = self.group if pair.listed else 0
        lead_in = _leading(self.before) if pair.listed else ""
        self._keep(Block(BlockKind.LABELLED, text, self._path(), lead_in, take_marks(pair.label)[0], pair.page, group))
        if not pair.listed:
            self.before = ""

    def _table(self, table: Table) -> None:
        lead_in = _leading(self.before)
        for block in table_blocks(table, heading=self._path(), lead_in=lead_in, group=next(self.groups)):
            self._keep(block)
        self.before = ""

    def _keep(self, block: Block) -> None:
        text = self._noted(block.text, block.heading)
        if text:
            self.blocks.append(replace(block, text=text))

    def _noted(self, text: str, path: tuple[str, ...]) -> str:
        """The text without footnote marks; the sentence that held a mark is remembered for the note."""
        plain, marks = take_marks(text)
        for place, mark in marks:
            holding = [plain[start:end] for start, end in sentences(plain) if start <= place <= end]
            self.references.setdefault(mark, (path, holding[-1] if holding else ""))
        return plain.strip()


def _last_sentence(text: str) -> str:
    spans = sentences(text)
    return text[spans[-1][0] : spans[-1][1]] if spans else ""


def _leading(text: str) -> str:
    """The last sentence of the paragraph above when it announces what follows."""
    last = _last_sentence(text)
    return last if last.endswith(":") else ""
