"""The worksheet of an agency: its open duties as a CSV that it completes and sends back; line ids are made from the
clocks, so that the same line imported twice changes nothing."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contracts.identity import reference
from contracts.working_time import LONDON
from services.code_compliance.domain.entitlements import clock_id
from services.code_compliance.domain.importing import COLUMNS, EVERYBODY, FORMULA, TO_READ
from services.code_compliance.domain.rulebook import Rulebook

HEADING = (*COLUMNS[:3], *TO_READ, *COLUMNS[3:])


@dataclass(frozen=True, slots=True)
class OpenDuty:
    """One clock that waits for an act of the agency."""

    case_id: UUID
    entitlement: str
    occurrence: str
    started_at: datetime
    due_at: datetime | None


def duties_of(agency: str, rules: Rulebook) -> list[str]:
    """What an agency owes, alone or with others, in the newest version of the Code."""
    owed = rules.codes[-1].entitlements.values()
    return sorted(each.id for each in owed if {agency, EVERYBODY} & set(each.duty_holders))


def worksheet(duties: Iterable[OpenDuty], rules: Rulebook, acts: Mapping[str, str]) -> str:
    """The file: what to read, and empty cells to fill in."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(HEADING)
    for each in duties:
        entitlement = rules.entitlement(each.entitlement)
        repeats = entitlement is not None and entitlement.repeatable and entitlement.clock.kind != "agreed_interval"
        cells = {
            "line_id": clock_id(each.case_id, each.entitlement, each.occurrence).hex,
            "case": reference(each.case_id),
            "entitlement": each.entitlement,
            "duty": entitlement.title if entitlement else each.entitlement,
            "began": _when(each.started_at),
            "due_by": _when(each.due_at) if each.due_at else "no number of days in the Code",
            "what_stops_it": acts.get(each.entitlement, ""),
            "milestone_id": each.occurrence if repeats else "",
        }
        writer.writerow(_row(cells))
    return out.getvalue()


def _row(cells: Mapping[str, str]) -> Sequence[str]:
    values = (cells.get(name, "") for name in HEADING)
    return ["'" + value if value.lstrip(" ").startswith(FORMULA) else value for value in values]


def _when(at: datetime) -> str:
    return f"{at.astimezone(LONDON):%Y-%m-%d %H:%M}"
