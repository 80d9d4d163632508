"""Lists as files for spreadsheets. No cell of them is ever taken for a formula, whatever somebody typed into it."""

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from fastapi.responses import Response

_BEGINS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet may take for the beginning of one, in wide forms too."""

Cell = str | int | float | datetime | None


def csv_file(name: str, heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> Response:
    """A list as a file to keep: UTF-8 with a mark that spreadsheets look for, moments in ISO form."""
    text = io.StringIO()
    lines = csv.writer(text)
    lines.writerow(heading)
    lines.writerows([_plain(cell) for cell in row] for row in rows)
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(text.getvalue().encode("utf-8-sig"), media_type="text/csv", headers=headers)


def _plain(cell: Cell) -> str | int | float:
    if isinstance(cell, int | float):
        return cell
    text = cell.isoformat() if isinstance(cell, datetime) else cell or ""
    # An apostrophe before it says that it is text; the spaces that a program skips are looked past.
    return f"'{text}" if text.startswith(_BEGINS_FORMULA) or text.lstrip().startswith(_BEGINS_FORMULA) else text
