"""What is about to run out, and whom it warns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.warned import Warned

_COMING = """
select e.entitlement, coalesce(p.area, 'not_recorded') as area, (e.due_at at time zone 'Europe/London')::date as day,
       count(*)::int as number
  from entitlement e left join case_profile p using (case_id)
 where e.state = 'running' and e.due_at >= $1 and e.due_at <= $2 group by 1, 2, 3
"""
_LINES = """
select e.case_id, e.entitlement, e.occurrence, e.started_at, e.due_at, coalesce(p.area, 'not_recorded') as area
  from entitlement e left join case_profile p using (case_id)
 where e.state = 'running' and e.due_at >= $1 and e.due_at <= $2
   and ($3::text[] is null or e.entitlement = any($3))
   and ($4::text[] is null or coalesce(p.area, 'not_recorded') = any($4))
 order by e.due_at, e.case_id, e.entitlement, e.occurrence limit $5 offset $6
"""
_WARN = """
with given as (
insert into clock_warning (case_id, entitlement, occurrence, fraction, role, due_at, warned_at)
select e.case_id, e.entitlement, e.occurrence, $3::float8::numeric(3, 2), $4::text, e.due_at, $1::timestamptz
  from entitlement e
 where e.state = 'running' and e.due_at >= $1 and e.due_at < $1 + $2::interval
   and e.due_at - e.started_at >= $5::interval
   and e.started_at + (e.due_at - e.started_at) * $3::float8 <= $1
   and not exists (select 1 from clock_warning w
                    where w.case_id = e.case_id and w.entitlement = e.entitlement and w.occurrence = e.occurrence
                      and w.fraction = $3::float8::numeric(3, 2) and w.role = $4 and w.due_at = e.due_at)
 order by e.due_at, e.case_id limit $6
on conflict do nothing returning case_id, entitlement, occurrence
)
select e.case_id, c.crime_id, e.entitlement, e.occurrence, e.milestone_id, e.enhanced, e.code_version, e.due_at
  from given g join entitlement e using (case_id, entitlement, occurrence) join code_case c using (case_id)
 order by e.case_id, e.entitlement, e.occurrence
"""
_SWEEP = "delete from clock_warning where due_at < $1"
_WARNED = """
select w.case_id, w.entitlement, w.occurrence, e.started_at, e.due_at, coalesce(p.area, 'not_recorded') as area,
       w.fraction::float8 as fraction, w.warned_at
  from clock_warning w join entitlement e using (case_id, entitlement, occurrence)
  left join case_profile p using (case_id)
 where w.role = $1 and w.due_at = e.due_at and e.state = 'running' and w.due_at >= $2
 order by w.due_at, w.case_id, w.entitlement, w.occurrence, w.fraction limit $3
"""


@dataclass(frozen=True, slots=True)
class Coming:
    """How many clocks of one duty end on one day, for people of one local authority."""

    entitlement: str
    area: str
    day: date
    number: int


@dataclass(frozen=True, slots=True)
class Ending:
    """One running clock that is about to end."""

    case_id: UUID
    entitlement: str
    occurrence: str
    started_at: datetime
    due_at: datetime
    area: str
    fraction: float | None = None
    warned_at: datetime | None = None


async def coming(tx: Tx, now: datetime, until: datetime) -> list[Coming]:
    """What ends between two instants, by duty, local authority and day."""
    return [Coming(*row.values()) for row in await tx.fetch(_COMING, now, until)]


async def ending(
    tx: Tx,
    now: datetime,
    until: datetime,
    entitlements: Sequence[str] | None,
    areas: Sequence[str] | None,
    limit: int,
    offset: int,
) -> list[Ending]:
    """Clocks that end between two instants, soonest first; None: of every duty, of every local authority."""
    wanted = (None if entitlements is None else list(entitlements), None if areas is None else list(areas))
    return [Ending(*row.values()) for row in await tx.fetch(_LINES, now, until, *wanted, limit, offset)]


async def warn(
    tx: Tx, now: datetime, within: timedelta, fraction: float, role: str, least: timedelta, limit: int
) -> list[Warned]:
    """Warns a role of clocks of which a share has passed, each once; returns them."""
    return [Warned(*row.values()) for row in await tx.fetch(_WARN, now, within, fraction, role, least, limit)]


async def forget_warnings(tx: Tx, before: datetime) -> None:
    """Takes away warnings of days long past."""
    await tx.execute(_SWEEP, before)


async def warned(tx: Tx, role: str, now: datetime, limit: int) -> list[Ending]:
    """What a role was warned of and still runs, soonest due first."""
    return [Ending(*row.values()) for row in await tx.fetch(_WARNED, role, now, limit)]
