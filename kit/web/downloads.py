"""Tables to be opened in a spreadsheet: a cell that one would run as a formula is made harmless."""

import csv
import io
from collections.abc import Iterable, Sequence

from starlette.responses import Response

RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula (a tab or a return may stand before it)."""


def harmless(cell: object) -> str:
    """A cell as text on one line, with an apostrophe before it where a spreadsheet would run it; numbers stay."""
    if isinstance(cell, int | float):
        return str(cell)
    text = str(cell)
    told = text.replace("\r", " ").replace("\n", " ").replace("\t", " ")
    return f"'{told}" if text.startswith(RUN) or told.lstrip().startswith(RUN) else told


def csv_file(name: str, rows: Iterable[Sequence[object]]) -> Response:
    """A CSV to be kept under `name`: UTF-8, one line feed a row."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerows([harmless(cell) for cell in row] for row in rows)
    disposition = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(out.getvalue(), media_type="text/csv; charset=utf-8", headers=disposition)
