"""The canonical file of a return: CSV in long form, sorted, UTF-8, one line feed a row; and its address."""

import csv
import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from contracts import identity
from contracts.refused import Refused
from services.returns.domain.cells import Cell

COLUMNS = ("return_id", "kind", "period", "area", "measure", "split", "category", "value", "shorthand", "note")
_FORMULA = ("=", "+", "-", "@", "\t")


@dataclass(frozen=True, slots=True)
class Heading:
    """What every row of one return repeats."""

    return_id: UUID
    kind: str
    period: str
    area: str


def return_id(kind: str, period: str, version: str, cut_off: datetime) -> UUID:
    """The id of a return: the same kind, period, definition version and cut-off give the same id."""
    return identity.return_id(kind, period, version, instant(cut_off))


def instant(moment: datetime) -> str:
    """An instant as text that is written in one way only: UTC, microseconds."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def rows(heading: Heading, cells: Iterable[Cell]) -> list[tuple[str, ...]]:
    """The rows of the file, sorted, without the column names. A cell that a spreadsheet would run is prefixed."""
    head = (str(heading.return_id), *map(harmless, (heading.kind, heading.period, heading.area)))
    return sorted(
        (*head, *map(harmless, (cell.measure, cell.split, cell.category, cell.value, cell.shorthand, cell.note)))
        for cell in cells
    )


def harmless(text: str) -> str:
    """`text` on one line, with an apostrophe before it where a spreadsheet would take it for a formula."""
    text = text.replace("\r", " ").replace("\n", " ")
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def write(heading: Heading, cells: Iterable[Cell]) -> bytes:
    """The bytes of the canonical CSV."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(rows(heading, cells))
    return out.getvalue().encode()


def read(data: bytes) -> tuple[Heading, tuple[Cell, ...]]:
    """Heading and cells of a canonical CSV; Refused("file", ...) when it is not one, to the byte."""
    try:
        table = list(csv.reader(io.StringIO(data.decode()), strict=True))
        heading = Heading(UUID(table[1][0]), *table[1][1:4])
        cells = tuple(Cell(*row[4:]) for row in table[1:])
    except (UnicodeDecodeError, csv.Error, IndexError, TypeError, ValueError) as error:
        raise Refused("file", "not_a_return") from error
    if tuple(table[0]) != COLUMNS or write(heading, cells) != data:
        raise Refused("file", "not_canonical")
    return heading, cells


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
