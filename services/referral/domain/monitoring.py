"""A provider's quarterly monitoring return: its lines, its file, and what of it others may see."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

THRESHOLD = 5
"""Counts of people from 1 up to one less than this are not shown to others (source: ours, as in publication)."""
SUPPRESSED = "[c]"
COLUMNS = ("return_id", "provider", "period", "measure", "category", "value")
OF_PEOPLE = frozenset(
    {
        *("received", "accepted", "declined", "waiting", "support_started", "in_support", "ended", "outcome"),
        *("distance", "appointments", "waiting_of_strand"),
    }
)
"""Measures that count people; posts and money are no such count."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class Line:
    """One figure; `category` is `all` for a total."""

    measure: str
    category: str
    value: str


def in_order(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (line.measure, line.category != "all", line.category))


def harmless(text: str) -> str:
    """`text` on one line, with an apostrophe before it where a spreadsheet would take it for a formula."""
    text = text.replace("\r", " ").replace("\n", " ") if not text.startswith(_FORMULA) else text
    return "'" + text.replace("\r", " ").replace("\n", " ") if text.startswith(_FORMULA) else text


def write(return_id: str, provider: str, period: str, lines: Iterable[Line]) -> bytes:
    """The bytes of the file: CSV, UTF-8, LF, sorted; the same lines give the same bytes."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for line in in_order(lines):
        cells = (return_id, provider, period, line.measure, line.category, line.value)
        writer.writerow([harmless(cell) for cell in cells])
    return out.getvalue().encode()


def read(file: bytes) -> list[Line]:
    """The lines of a file that `write` made."""
    return [Line(*row[3:6]) for row in list(csv.reader(io.StringIO(file.decode())))[1:]]


def suppress(lines: Sequence[Line]) -> list[Line]:
    """The lines with small counts of people taken out; where one alone of a measure would be told by the others and
    their total, the next smallest goes too."""
    hidden: set[int] = set()
    for measure in {line.measure for line in lines if line.measure in OF_PEOPLE}:
        at = [n for n, line in enumerate(lines) if line.measure == measure]
        small = {n for n in at if 0 < int(lines[n].value) < THRESHOLD}
        parts = [n for n in at if lines[n].category != "all"]
        alone = [n for n in parts if n in small]
        if len(alone) == 1 and len(parts) > 1:
            others = sorted((int(lines[n].value), n) for n in parts if n not in small and int(lines[n].value) > 0)
            small |= {n for _, n in others[:1]}
        hidden |= small
    return [replace(line, value=SUPPRESSED) if n in hidden else line for n, line in enumerate(lines)]
