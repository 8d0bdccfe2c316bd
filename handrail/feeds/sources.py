"""Reading a file of open data row by row: what is bad is named by its line, and the rest goes on."""

import csv
import gzip
import hashlib
import io
import re
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from handrail.failing import Failed

Cells = dict[str, str]
_MONTH = re.compile(r"^(19|20|21)\d\d-(0[1-9]|1[0-2])$")
_CHUNK = 1 << 16


class NotReadable(Failed):
    """A file that is not what it should be; its text names the file and says what to do."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that cannot be used. `reason`: wrong_column_count, unreadable_month, missing_type or cut_short."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Row:
    """One good row. `source` is the publisher's own id, or a digest of the row where there is none."""

    line: int
    source: str
    cells: Cells

    def first(self, *names: str) -> str:
        """The cell of the first of these columns that the file has and that is not empty; "" if none."""
        for name in names:
            if found := self.cells.get(name, ""):
                return found
        return ""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened file. `kind` is street, outcomes or collisions."""

    path: Path
    kind: str
    columns: tuple[str, ...]


def open_source(path: Path) -> Source:
    """Looks at the head of the file; raises NotReadable when it is no CSV of a kind we know."""
    try:
        line, text, _ = next(_lines(path))
    except StopIteration:
        raise NotReadable(f"{path}: the file is empty; give a CSV as police.uk publishes it") from None
    except OSError as failure:
        raise NotReadable(f"{path}: cannot be opened ({failure.strerror or type(failure).__name__})") from None
    columns = tuple(name.strip() for name in _cells(text)) if line == 1 else ()
    for kind, needed in _KINDS:
        if any(names <= set(columns) for names in needed):
            return Source(path, kind, columns)
    raise NotReadable(
        f"{path}: line 1 is not the heading of a street, outcomes or collisions CSV;"
        " give a file as police.uk or the Department for Transport publishes it (plain or .gz)"
    )


_KINDS: tuple[tuple[str, tuple[frozenset[str], ...]], ...] = (
    ("street", (frozenset({"Month", "Crime type"}),)),
    ("outcomes", (frozenset({"Crime ID", "Outcome type"}),)),
    ("collisions", (frozenset({"accident_severity"}), frozenset({"collision_severity"}))),
)


def rows_of(source: Source) -> Iterator[Row | Bad]:
    """Every row behind the heading, good or bad, in the order of the file. Blank lines are not rows."""
    check = _CHECKS[source.kind]
    width = len(source.columns)
    for line, text, whole in _lines(source.path):
        if line == 1 or (not text and whole):
            continue
        cells = _cells(text)
        if not whole and (len(cells) != width or text == ""):
            yield Bad(line, "cut_short")
        elif len(cells) != width:
            yield Bad(line, "wrong_column_count")
        else:
            named = dict(zip(source.columns, (cell.strip() for cell in cells), strict=True))
            reason = check(named)
            yield Bad(line, reason) if reason else Row(line, _identity(named, cells), named)


def _check_street(cells: Cells) -> str | None:
    if not _MONTH.match(cells["Month"]):
        return "unreadable_month"
    return None if cells["Crime type"] else "missing_type"


def _check_collision(cells: Cells) -> str | None:
    year = cells.get("accident_year") or cells.get("collision_year") or cells.get("date", "")[-4:]
    if not re.match(r"^(19|20|21)\d\d$", year):
        return "unreadable_month"
    return None if cells.get("accident_severity") or cells.get("collision_severity") else "missing_type"


def _check_outcome(cells: Cells) -> str | None:
    return None if cells["Outcome type"] else "missing_type"


_CHECKS: dict[str, Callable[[Cells], str | None]] = {
    "street": _check_street,
    "outcomes": _check_outcome,
    "collisions": _check_collision,
}


def _identity(named: Cells, cells: Sequence[str]) -> str:
    own = named.get("Crime ID") or named.get("accident_index") or named.get("collision_index")
    return own or hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:32]


def _cells(text: str) -> list[str]:
    """One line's cells: a quote that is never closed spoils its own line only."""
    return next(csv.reader([text]), []) if '"' in text else text.split(",")


def _open(path: Path) -> gzip.GzipFile | io.BufferedReader:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path, "rb") if packed else path.open("rb")


def _lines(path: Path) -> Iterator[tuple[int, str, bool]]:
    """(number, text without its end, whole). A file cut short ends with a line that is not whole."""
    number, rest, cut = 0, b"", False
    with _open(path) as file:
        while True:
            try:
                chunk = file.read1(_CHUNK)
            except (EOFError, zlib.error, gzip.BadGzipFile):
                cut = True
                break
            if not chunk:
                break
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                number += 1
                yield number, _text(path, number, line), True
    if rest or cut:
        yield number + 1, "" if cut else _text(path, number + 1, rest), False


def _text(path: Path, number: int, line: bytes) -> str:
    if number == 1 and b"\x00" in line:
        raise NotReadable(f"{path}: this is no text file; give a CSV as police.uk publishes it (plain or .gz)")
    return line.decode("utf-8-sig" if number == 1 else "utf-8", "replace").rstrip("\r")
