"""What the reader of one kind of file hands over, in reading order, before it becomes Blocks."""

from dataclasses import dataclass

from knowledge.domain import Block

PSEUDO_LEVEL = 7
"""Level of a heading that only looks like one: a bold line, deeper than any real heading."""

MARK_OPEN, MARK_CLOSE = "\ue000", "\ue001"
"""Around the mark of a footnote where a text refers to it; they never reach a Block."""


class ReadingError(Exception):
    """A file can't be read; the message says where in it, what is wrong and the remedy, but not the file's name."""


@dataclass(frozen=True, slots=True)
class Raw:
    """All texts of a file, line by line, and those among them that somebody who looks at it does not see."""

    lines: tuple[str, ...]
    hidden: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heading:
    """`level` counts from 1."""

    text: str
    level: int
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    text: str
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Item:
    """A list item without its bullet or number; `depth` counts from 0."""

    text: str
    depth: int = 0
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells, merged cells repeated. `header` says whether the first row names the columns; None is unknown.

    `labels` says that the first column names the rows.
    """

    rows: tuple[tuple[str, ...], ...]
    header: bool | None = None
    labels: bool = False
    caption: str = ""
    page: int | None = None


@dataclass(frozen=True, slots=True)
class Labelled:
    """A label and its value, which may be empty. `listed` pairs stand together as one list."""

    label: str
    value: str
    page: int | None = None
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Footnote:
    """A note; `mark` is what the text refers to it by."""

    mark: str
    text: str
    page: int | None = None


Element = Heading | Paragraph | Item | Table | Labelled | Footnote


@dataclass(frozen=True, slots=True)
class HeadedText:
    """A file after reading: its first heading (empty when it has none) and its blocks."""

    title: str
    blocks: tuple[Block, ...]
