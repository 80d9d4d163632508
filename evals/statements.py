"""What a pack says, one statement at a time: the unit in which cases cover a pack and in which its changes are told."""

from dataclasses import dataclass

from knowledge.domain import Block, BlockKind, Campaign, Pack
from knowledge.quotes import folded
from knowledge.sentences import sentences

_WHOLE = {BlockKind.TABLE_ROW, BlockKind.LABELLED}


@dataclass(frozen=True, slots=True)
class Statement:
    """A sentence, list item, table row, or label with its value. `block` counts the blocks of the pack from 0.

    `text` has its white space folded. `document` is what decides which of two documents holds: date and amended id.
    """

    block: int
    document: str
    heading: tuple[str, ...]
    lead_in: str
    text: str

    @property
    def searchable(self) -> str:
        """The text with what gives it its meaning."""
        return "\n".join(part for part in (" > ".join(self.heading), self.lead_in, self.text) if part)


def statements(pack: Pack) -> list[Statement]:
    """All that the documents say, in their order."""
    blocks = [(document, block) for document in pack.documents for block in document.blocks]
    return [
        Statement(number, f"{document.dated} {document.amends}", block.heading, block.lead_in, text)
        for number, (document, block) in enumerate(blocks)
        for text in _texts(block)
    ]


def facts(campaign: Campaign) -> list[Statement]:
    """What campaign.toml says that an answer may depend on; each is a block of its own, counted down from -1."""
    contact = campaign.contact
    said = {
        "Appointment": campaign.name,
        "Body": campaign.body,
        "Page": campaign.page,
        "Contact": " ".join(part for part in (contact.name, contact.email, contact.url) if part),
        "Applications open": f"{campaign.opens or ''}",
        "Applications close": f"{campaign.closes or ''}",
    }
    named = [(name, value) for name, value in said.items() if value]
    return [Statement(-number, "", (), "", f"{name} {value}") for number, (name, value) in enumerate(named, start=1)]


def to_be_covered(pack: Pack) -> list[Statement]:
    """The statements without those that say nothing alone: salutations, lead-ins, and labels without a value."""
    blocks = [block for document in pack.documents for block in document.blocks]
    return [
        statement
        for statement in statements(pack)
        if not statement.text.endswith((",", ":")) and statement.text != folded(blocks[statement.block].label)
    ]


def _texts(block: Block) -> list[str]:
    if block.kind in _WHOLE:
        return [folded(block.text)]
    return [folded(block.text[start:end]) for start, end in sentences(block.text)]
