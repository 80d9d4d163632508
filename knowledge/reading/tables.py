"""Tables become rows and pairs that can be read alone."""

from collections.abc import Sequence

from knowledge.domain import Block, BlockKind
from knowledge.reading.elements import Table
from knowledge.reading.labels import is_usual_label, looks_like_value

_MAX_HEADER_WORDS = 6
_SECOND_COLUMNS = set(
    """
    amount answer date dates deadline description detail details evidence fee information location name requirement
    requirements response score status time timing timings value venue weighting when
    """.split()
)


def table_blocks(table: Table, *, heading: tuple[str, ...], lead_in: str, group: int) -> list[Block]:
    """A row a block; a table of two columns without a header is labels and values; one column is paragraphs."""
    rows = _tidy(table.rows)
    if not rows:
        return []
    lead_in = table.caption or lead_in
    if len(rows[0]) == 1:
        return [Block(BlockKind.PARAGRAPH, row[0], heading, page=table.page) for row in rows if row[0]]
    header = _has_header(rows) if table.header is None else table.header
    if len(rows) == 1:
        header = False
    if len(rows[0]) == 2 and not header and (table.labels or _are_labels(rows)):
        return [_pair(label, value, table, heading, lead_in, group) for label, value in rows]
    names = rows[0] if header else ("",) * len(rows[0])
    return [
        Block(
            BlockKind.TABLE_ROW,
            _row_text(names, row),
            heading,
            lead_in,
            label=row[0] if header and len(row) == 2 else "",
            page=table.page,
            group=group,
        )
        for row in rows[1 if header else 0 :]
    ]


def _tidy(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Rows of equal length without empty rows and empty columns."""
    width = max((len(row) for row in rows), default=0)
    padded = [row + ("",) * (width - len(row)) for row in rows if any(row)]
    kept = [column for column in range(width) if any(row[column] for row in padded)]
    return [tuple(row[column] for column in kept) for row in padded]


def _has_header(rows: Sequence[tuple[str, ...]]) -> bool:
    """Whether the first row names the columns, judged by what the cells hold."""
    first, body = rows[0], rows[1:]
    if not body or any(len(cell.split()) > _MAX_HEADER_WORDS or looks_like_value(cell) for cell in first):
        return False
    if not all(first[1:]) or len(set(first)) < len(first):
        return False
    if len(first) > 2:
        return True
    return not is_usual_label(first[0]) and first[1].split()[-1].lower() in _SECOND_COLUMNS


def _are_labels(rows: Sequence[tuple[str, ...]]) -> bool:
    return all(label and len(label.split()) <= 2 * _MAX_HEADER_WORDS for label, _ in rows)


def _pair(label: str, value: str, table: Table, heading: tuple[str, ...], lead_in: str, group: int) -> Block:
    label = label.rstrip(": ")
    text = f"{label}\n{value}" if value else label
    return Block(BlockKind.LABELLED, text, heading, lead_in, label, table.page, group)


def _row_text(names: Sequence[str], row: Sequence[str]) -> str:
    """ "Column: cell; Column: cell", leaving out empty cells and a merged cell's repetition."""
    parts: list[str] = []
    for name, cell in zip(names, row, strict=True):
        part = f"{name.rstrip(':')}: {cell}" if name and cell else cell
        if cell and part not in parts[-1:]:
            parts.append(part)
    return "; ".join(part.rstrip(";") for part in parts)
