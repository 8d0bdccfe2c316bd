"""Whose acts reach us, as entered on pages; and clocks that stand otherwise than the coverage says."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.coverage import CoveredAgency
from services.code_compliance.domain.covered import Segment

_LINES = """
select line_id, agency, duties, from_day, to_day, by_what, applied_at, entered_by, entered_at from coverage_line
 order by agency, from_day, line_id
"""
_ADD = """
insert into coverage_line (line_id, agency, duties, from_day, to_day, by_what, entered_by, entered_at)
values ($1, $2, null, $3, $4, $5, $6, $7) on conflict do nothing
"""
_END = """
update coverage_line set to_day = $2, applied_at = null, applied_until = null where line_id = $1 and to_day is null
"""
_APPLIED = """
update coverage_line set applied_at = $2, applied_until = null
 where agency = any($1::text[]) and applied_at is null
"""
_NOT_APPLIED = """
select agency, applied_until from coverage_line where applied_at is null order by applied_until nulls first
"""
_OTHERWISE = """
select distinct e.case_id
  from unnest($1::text[], $2::text[], $3::date[], $4::date[], $5::boolean[])
       as s(code_version, entitlement, first, last, covered)
  join entitlement e on e.code_version = s.code_version and e.entitlement = s.entitlement
 where ($7::uuid is null or e.case_id > $7)
   and e.state in ('running', 'breached', 'not_evidenced') and e.covered <> s.covered
   and (coalesce(e.due_at, e.started_at) at time zone 'Europe/London')::date between s.first and s.last
 order by e.case_id limit $6
"""


@dataclass(frozen=True, slots=True)
class Entered:
    """A line as a page entered it; `applied_at` None while clocks are still being decided by it."""

    line_id: UUID
    agency: str
    duties: list[str] | None
    from_day: date
    to_day: date | None
    by_what: str
    applied_at: datetime | None
    entered_by: UUID
    entered_at: datetime


async def entered(tx: Tx) -> list[Entered]:
    """The lines that were entered on pages."""
    return [Entered(*row.values()) for row in await tx.fetch(_LINES)]


async def lines(tx: Tx) -> list[CoveredAgency]:
    """The same as rules."""
    return [
        CoveredAgency(
            each.agency,
            None if each.duties is None else frozenset(each.duties),
            frozenset(),
            each.from_day,
            each.to_day,
            each.by_what,
        )
        for each in await entered(tx)
    ]


async def add(
    tx: Tx, line_id: UUID, agency: str, start: date, end: date | None, by: str, user: UUID, now: datetime
) -> None:
    """Enters a line; the same form sent twice enters it once."""
    await tx.execute(_ADD, line_id, agency, start, end, by, user, now)


async def end(tx: Tx, line_id: UUID, last: date) -> bool:
    """Ends a line that has no end; False when somebody had ended it before."""
    done: str = await tx.execute(_END, line_id, last)
    return done.endswith(" 1")


async def not_applied(tx: Tx) -> tuple[list[str], UUID | None]:
    """Agencies whose lines changed and whose clocks have not all been decided by them, and the last case that was; None
    where one of the lines changed since."""
    rows = await tx.fetch(_NOT_APPLIED)
    return sorted({row["agency"] for row in rows}), rows[0]["applied_until"] if rows else None


async def applied_until(tx: Tx, agencies: Sequence[str], case_id: UUID) -> None:
    sql = "update coverage_line set applied_until = $2 where agency = any($1::text[]) and applied_at is null"
    await tx.execute(sql, list(agencies), case_id)


async def applied(tx: Tx, agencies: Sequence[str], now: datetime) -> None:
    await tx.execute(_APPLIED, list(agencies), now)


async def standing_otherwise(tx: Tx, segments: Sequence[Segment], limit: int, after: UUID | None) -> list[UUID]:
    """Cases beyond `after` with open clocks that are marked covered and are not, or the other way round; in order."""
    columns = list(map(list, zip(*segments, strict=True))) if segments else [[], [], [], [], []]
    return [row["case_id"] for row in await tx.fetch(_OTHERWISE, *columns, limit, after)]
