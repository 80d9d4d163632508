"""A document as an HTML page of the same blocks, for kinds of file that can't be written again with other words."""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from knowledge.domain import Block, BlockKind, PackDocument


def page_of(document: PackDocument) -> str:
    """The same texts under the same headings. Footnotes become paragraphs, page numbers are lost."""
    title = escape(document.title)
    return f"<!DOCTYPE html>\n<title>{title}</title>\n<main>\n{_body(document.blocks)}\n</main>\n"


def _body(blocks: Sequence[Block]) -> str:
    lines: list[str] = []
    above: tuple[str, ...] = ()
    for (heading, kind, _), group in groupby(blocks, key=lambda block: (block.heading, block.kind, block.group)):
        lines += _headings(above, heading)
        above = heading
        lines += _PUT.get(kind, _paragraphs)(list(group))
    return "\n".join(lines)


def _headings(above: tuple[str, ...], heading: tuple[str, ...]) -> Iterator[str]:
    same = next((level for level, (one, other) in enumerate(zip(above, heading, strict=False)) if one != other), None)
    for level in range(min(len(above), len(heading)) if same is None else same, len(heading)):
        yield f"<h{min(level + 1, 6)}>{escape(heading[level])}</h{min(level + 1, 6)}>"


def _paragraphs(blocks: Sequence[Block]) -> Iterator[str]:
    return (f"<p>{escape(block.text)}</p>" for block in blocks)


def _items(blocks: Sequence[Block]) -> Iterator[str]:
    yield "<ul>"
    yield from (f"<li>{escape(block.text)}</li>" for block in blocks)
    yield "</ul>"


def _pairs(blocks: Sequence[Block]) -> Iterator[str]:
    yield "<dl>"
    for block in blocks:
        label, _, value = block.text.partition("\n")
        yield f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>"
    yield "</dl>"


def _rows(blocks: Sequence[Block]) -> Iterator[str]:
    """A new head wherever the columns change: a row leaves out its empty cells."""
    yield "<table>"
    columns: list[str] = []
    for block in blocks:
        cells = [cell.partition(": ") for cell in block.text.split("; ")]
        if [column for column, _, _ in cells] != columns:
            columns = [column for column, _, _ in cells]
            yield from ("</table>", "<table>") if columns else ()
            yield f"<tr>{''.join(f'<th>{escape(column)}</th>' for column in columns)}</tr>"
        yield f"<tr>{''.join(f'<td>{escape(value)}</td>' for _, _, value in cells)}</tr>"
    yield "</table>"


_PUT = {BlockKind.LIST_ITEM: _items, BlockKind.LABELLED: _pairs, BlockKind.TABLE_ROW: _rows}
