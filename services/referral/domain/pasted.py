"""Outcomes as lines that a provider pastes from its own system: read, checked line by line. Pure."""

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

COLUMNS = ("line_id", "reference", "outcome", "change")
SERVICE = "service"
"""A fifth column that may be there: which service a line is of, where one reference has several."""
LINES_AT_MOST = 500
_LONGEST = 64


@dataclass(frozen=True, slots=True)
class Pasted:
    """One line: the provider's own id of it, the case's reference, an outcome of the list, its change, and the service
    in lower case, "" where none is named."""

    number: int
    line_id: str
    reference: str
    outcome: str
    change: str
    service: str = ""


@dataclass(frozen=True, slots=True)
class BadLine:
    """What is to be put right in a line; `number` counts from 1, the names of the columns included."""

    number: int
    words: str


def read(text: str, outcomes: Mapping[str, str], changes: Mapping[str, str]) -> tuple[list[Pasted], list[BadLine]]:
    """The lines of a paste and what is wrong with others; commas, semicolons and tabs part the cells, and a first line
    with the names of the columns is passed over."""
    lines: list[Pasted] = []
    bad: list[BadLine] = []
    seen: dict[str, int] = {}
    said: dict[tuple[str, ...], int] = {}
    table = list(csv.reader(io.StringIO(text.strip("\ufeff\r\n")), delimiter=_delimiter(text)))
    for number, raw in enumerate(table, 1):
        cells = [cell.strip() for cell in raw]
        names = tuple(cell.lower() for cell in cells)
        if not any(cells) or (number == 1 and names in (COLUMNS, (*COLUMNS, SERVICE))):
            continue
        if len(lines) + len(bad) >= LINES_AT_MOST:
            bad.append(BadLine(number, f"There are more than {LINES_AT_MOST} lines. Paste the rest apart"))
            break
        wrong = _wrong(cells, seen, outcomes, changes) or _twice(said, cells, number)
        if wrong is not None:
            bad.append(BadLine(number, wrong))
            continue
        seen[cells[0]] = number
        lines.append(Pasted(number, cells[0], cells[1].upper(), cells[2].upper(), *names[3:]))
    return lines, bad


def _twice(said: dict[tuple[str, ...], int], cells: list[str], number: int) -> str | None:
    """One answer to an outcome of a referral: a second one in the same paste says which line has it."""
    first = said.setdefault((*(cell.upper() for cell in cells[1:3]), *(cell.lower() for cell in cells[4:])), number)
    return None if first == number else f"Line {first} answers this outcome of this reference already: send one answer"


def _delimiter(text: str) -> str:
    first = text.lstrip("\ufeff\r\n").split("\n", 1)[0]
    return max((",", ";", "\t"), key=first.count)


def _wrong(
    cells: list[str], seen: Mapping[str, int], outcomes: Mapping[str, str], changes: Mapping[str, str]
) -> str | None:
    if len(cells) not in (len(COLUMNS), len(COLUMNS) + 1):
        return f"It has {len(cells)} cells, not the four: {', '.join(COLUMNS)}; nor a fifth, {SERVICE}"
    line_id, reference, outcome, change = cells[:4]
    if not line_id or len(line_id) > _LONGEST or not line_id.isprintable():
        return f"The line_id must be there, of at most {_LONGEST} characters"
    if line_id[0] in "=+-@":
        return "The line_id must begin with a letter or a digit"
    if line_id in seen:
        return f"The line_id stands in line {seen[line_id]} already"
    if not reference:
        return "The reference is missing"
    if outcome.upper() not in outcomes:
        return f"The outcome must be one of {', '.join(outcomes)}"
    if change.lower() not in changes:
        return f"The change must be one of {', '.join(changes)}"
    return None
