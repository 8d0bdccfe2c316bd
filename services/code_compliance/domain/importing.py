"""A file of an agency's acts: one line each, every error named by its line."""

import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import cast
from uuid import UUID

from contracts.identity import read_reference
from contracts.working_time import LONDON
from services.code_compliance.domain.evidence import source_of
from services.code_compliance.domain.facts import Evidence
from services.code_compliance.domain.rulebook import Rulebook
from services.code_compliance.domain.words import CHANNELS

COLUMNS = ("line_id", "case", "entitlement", "given_at", "outcome", "channel", "reason_code", "milestone_id")
NEEDED = COLUMNS[:5]
TO_READ = ("duty", "began", "due_by", "what_stops_it")
"""Columns that a worksheet carries for whoever fills it in; they say nothing to us when they come back."""
TO_FILL_IN = ("given_at", "outcome", "channel", "reason_code")
OUTCOMES = ("delivered", "declined", "excepted", "unable")
MOST_LINES = 2000
EVERYBODY = "all_service_providers"
FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would read as the beginning of a formula."""


@dataclass(frozen=True, slots=True)
class Line:
    """One act: `number` is its line in the file, the heading being 1."""

    number: int
    line_id: str
    case: str
    entitlement: str
    given_at: datetime
    outcome: str
    channel: str | None
    reason_code: str | None
    milestone_id: str | None
    sha256: str


@dataclass(frozen=True, slots=True)
class LineError:
    """What is wrong in one line; `column` is empty for the line as a whole."""

    number: int
    column: str
    words: str


def read_lines(text: str, agency: str, rules: Rulebook, now: datetime) -> tuple[list[Line], list[LineError]]:
    """The lines of a file, and everything that is wrong in it: both are given, and only a file without errors may be
    imported. Of a worksheet the lines that nobody filled in are left out."""
    text = text.strip("\ufeff\n\r ")
    try:
        rows = list(csv.reader(io.StringIO(text), delimiter=_delimiter(text)))
    except csv.Error:
        return [], [LineError(1, "", "and what follows is no CSV: a cell is far too long, so look for a lost quote")]
    heading = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in NEEDED if name not in heading]
    if missing:
        return [], [LineError(1, "", f"the heading lacks {', '.join(missing)}")]
    if unknown := [name for name in heading if name not in (*COLUMNS, *TO_READ)]:
        return [], [LineError(1, "", f"the heading has an unknown column: {unknown[0][:40]}")]
    if len(rows) - 1 > MOST_LINES:
        return [], [LineError(1, "", f"there are more than {MOST_LINES:,} lines; send them in parts")]
    sheet = any(name in heading for name in TO_READ)
    lines: list[Line] = []
    errors: list[LineError] = []
    seen: dict[str, int] = {}
    for number, row in enumerate(rows[1:], 2):
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(heading):
            errors.append(LineError(number, "", f"has {len(row)} fields, the heading has {len(heading)}"))
            continue
        cells = {name: _as_typed(cell) for name, cell in zip(heading, row, strict=True)}
        if sheet and not any(cells.get(name) for name in TO_FILL_IN):
            continue
        wrong = list(_wrong(cells, number, agency, rules, now))
        if first := seen.get(cells["line_id"]):
            wrong.append(LineError(number, "line_id", f"is that of line {first} too"))
        seen.setdefault(cells["line_id"], number)
        errors += wrong
        if not wrong:
            lines.append(_line(cells, number))
    if not lines and not errors:
        words = "no line was filled in: enter at least given_at and outcome" if sheet and len(rows) > 1 else ""
        errors.append(LineError(1, "", words or "there is no line below the heading"))
    return lines, errors


def _wrong(cells: dict[str, str], number: int, agency: str, rules: Rulebook, now: datetime) -> Iterator[LineError]:
    line_id, outcome = cells["line_id"], cells["outcome"]
    if not line_id or len(line_id) > 64 or not all(sign.isalnum() or sign in "-_./" for sign in line_id):
        yield LineError(number, "line_id", "must be 1 to 64 letters, digits, - _ . or /")
    if read_reference(cells["case"]) is None:
        yield LineError(number, "case", "is no case reference like 7KQ4M-2XRCT")
    entitlement = rules.entitlement(cells["entitlement"])
    if entitlement is None:
        yield LineError(number, "entitlement", "is not in the catalogue")
    elif not {agency, EVERYBODY} & set(entitlement.duty_holders):
        yield LineError(number, "entitlement", "is not owed by this agency")
    at = _instant(cells["given_at"])
    if at is None:
        yield LineError(number, "given_at", "must be a date and time like 2026-09-03 14:30")
    elif at > now:
        yield LineError(number, "given_at", "lies in the future")
    if outcome not in OUTCOMES:
        yield LineError(number, "outcome", f"must be one of {', '.join(OUTCOMES)}")
    channel, reason = cells.get("channel", ""), cells.get("reason_code", "")
    if channel and channel not in CHANNELS:
        yield LineError(number, "channel", f"must be one of {', '.join(CHANNELS)}")
    if outcome in OUTCOMES[1:] and reason not in {r.code for r in rules.reasons if r.outcome == outcome}:
        yield LineError(number, "reason_code", f"is needed with {outcome}, and must go with it")


def _delimiter(text: str) -> str:
    """Commas; or what a heading without any has, as when cells are copied out of a spreadsheet."""
    heading = text.splitlines()[0] if text else ""
    return next((sign for sign in "\t;" if sign in heading and "," not in heading), ",")


def _as_typed(cell: str) -> str:
    """A cell without the apostrophe that keeps a spreadsheet from reading it as a formula."""
    text = cell.strip()
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA else text


def _instant(text: str) -> datetime | None:
    """A date and time, also as spreadsheets write it (03/09/2026 14:30); on London's clocks without an offset."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        try:
            at = datetime.strptime(text[:16], "%d/%m/%Y %H:%M")  # noqa: DTZ007 - London below
        except ValueError:
            return None
    return (at if at.tzinfo else at.replace(tzinfo=LONDON)).astimezone(UTC)


def _line(cells: dict[str, str], number: int) -> Line:
    told = "|".join(cells.get(name, "") for name in COLUMNS)
    return Line(
        number=number,
        line_id=cells["line_id"],
        case=cast(str, read_reference(cells["case"])),
        entitlement=cells["entitlement"],
        given_at=cast(datetime, _instant(cells["given_at"])),
        outcome=cells["outcome"],
        channel=cells.get("channel") or None,
        reason_code=cells.get("reason_code") or None,
        milestone_id=cells.get("milestone_id") or None,
        sha256=hashlib.sha256(told.encode()).hexdigest(),
    )


def evidence_of(line: Line, case_id: UUID, agency: str, entered_by: UUID, rules: Rulebook, now: datetime) -> Evidence:
    """A line as evidence: said by the agency, and known to us since it was imported."""
    entitlement = rules.entitlement(line.entitlement)
    assert entitlement is not None
    return Evidence(
        id=f"{agency}/{line.line_id}",
        act="import",
        outcome=line.outcome,
        at=line.given_at,
        recorded_at=now,
        source=source_of(agency, entitlement),
        case_id=case_id,
        entitlement=line.entitlement,
        milestone_id=line.milestone_id,
        channel=line.channel,
        reason_code=line.reason_code,
        entered_by=entered_by,
    )
