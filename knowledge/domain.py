"""The words of a recruitment pack: Campaign, PackDocument, Passage, Evidence."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Contact:
    """Whom to ask when the pack does not say. An empty string is a thing that the pack does not give."""

    name: str = ""
    email: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Site:
    """What the campaign says about its own pages. An empty string is a thing that it does not say.

    `reply_time` follows "They aim to reply", `feedback_reader` begins "... reads this"; `colour` is "#" and six
    figures, dark enough for white text; `allowed_origins` are the other sites that may show the assistant.
    """

    reply_time: str = ""
    feedback_reader: str = ""
    owner: str = ""
    colour: str = ""
    allowed_origins: tuple[str, ...] = ()
    phase: str = "beta"


@dataclass(frozen=True, slots=True)
class Campaign:
    """What is being recruited for, by whom, and where to read about it.

    `fact_sheet` overrules what was found out about the pack: pairs of a thing and "stated" or "silent".
    """

    id: str
    name: str
    body: str = ""
    page: str = ""
    contact: Contact = Contact()
    starters: tuple[str, ...] = ()
    opens: date | None = None
    closes: date | None = None
    fact_sheet: tuple[tuple[str, str], ...] = ()
    site: Site = Site()


class BlockKind(StrEnum):
    """How a block stood on the page; it decides how the block may be cut, joined and quoted."""

    PARAGRAPH = "paragraph"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    LABELLED = "labelled"
    FOOTNOTE = "footnote"


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, list item, table row, label with its value, or footnote, as a reader found it.

    `text` of a table row is "Column: cell; Column: cell"; of a labelled block "Label\\nvalue" (only "Label" when the
    value is missing). `group` numbers the list or table that the block belongs to, from 1; 0 is none.
    """

    kind: BlockKind
    text: str
    heading: tuple[str, ...] = ()
    lead_in: str = ""
    label: str = ""
    page: int | None = None
    group: int = 0


@dataclass(frozen=True, slots=True)
class PackDocument:
    """One file of the pack after reading. `dated` and `amends` (another document's id) come from campaign.toml."""

    id: str
    title: str
    file: str
    blocks: tuple[Block, ...]
    dated: date | None = None
    amends: str | None = None

    @property
    def text(self) -> str:
        """The normalised text: what character ranges count in."""
        return "\n\n".join(block.text for block in self.blocks)


@dataclass(frozen=True, slots=True)
class Pack:
    """A campaign and its documents. `version` is a hash over all that was read."""

    campaign: Campaign
    documents: tuple[PackDocument, ...]
    version: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document that can be read alone: the unit of search.

    `start` and `end` count characters in the normalised text of the document. `id` is a hash of content and place, so
    an unchanged passage keeps it over a re-ingest; it is also the anchor on the pack's page. `order` is its place in
    the pack, from 0.
    """

    id: str
    document: str
    title: str
    heading: tuple[str, ...]
    text: str
    kind: BlockKind
    lead_in: str
    label: str
    page: int | None
    start: int
    end: int
    group: int
    order: int
    dated: date | None = None
    amends: str | None = None

    @property
    def searchable(self) -> str:
        """The text with what gives it its meaning: the headings above it and the sentence that leads into it."""
        return "\n".join(part for part in (" > ".join(self.heading), self.lead_in, self.text) if part)


@dataclass(frozen=True, slots=True)
class Evidence:
    """A passage that a search found. `dense` is a cosine, `lexical` a BM25 score, `score` the two fused, 0 to 1."""

    passage: Passage
    score: float
    dense: float
    lexical: float
