"""Clocks: what each case is owed and how it stands."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.code_compliance.domain.entitlements import Clock, Key

_COLUMNS = """entitlement, occurrence, milestone_id, started_at, due_at, "limit", basis, enhanced, late_recorded,
       covered, code_version, calendar_version, state, settled_at, source, channel, reason_code, evidence_id,
       evidence_recorded_at"""
_NAMES = tuple(name.strip().strip('"') for name in _COLUMNS.split(","))
_UNNEST = """unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::timestamptz[],
              $7::smallint[], $8::text[], $9::boolean[], $10::boolean[], $11::boolean[], $12::text[], $13::text[],
              $14::text[], $15::timestamptz[], $16::text[], $17::text[], $18::text[], $19::text[],
              $20::timestamptz[])"""
_ADD = f"""
insert into entitlement (case_id, {_COLUMNS})
select * from {_UNNEST}
"""
_CHANGES = ", ".join(f'"{name}" = excluded."{name}"' for name in _NAMES[2:])
_SAVE = f"""{_ADD}
on conflict (case_id, entitlement, occurrence) do update set {_CHANGES}
"""
_LOAD = f"select case_id, {_COLUMNS} from entitlement where case_id = any($1::uuid[]) order by 1, 2, 3"
_FIRE = f"""
with fallen as (
    select case_id, entitlement, occurrence from entitlement
     where state = 'running' and due_at < $1 order by due_at, case_id limit $2 for update skip locked
)
update entitlement e set state = case when e.covered then 'breached' else 'not_evidenced' end
  from fallen f
 where e.case_id = f.case_id and e.entitlement = f.entitlement and e.occurrence = f.occurrence
returning e.case_id, {", ".join(f'e."{name}"' for name in _NAMES)},
          (select c.crime_id from code_case c where c.case_id = e.case_id) as crime_id
"""
_OTHER_CALENDAR = """
select distinct case_id from entitlement
 where state = 'running' and due_at is not null and calendar_version <> $1 limit $2
"""


async def add(tx: Tx, clocks: Sequence[tuple[UUID, Clock]]) -> None:
    """Writes the clocks of cases that had none."""
    if clocks:
        await tx.execute(_ADD, *_columns(clocks))


async def save(tx: Tx, clocks: Sequence[tuple[UUID, Clock]]) -> None:
    """Writes clocks, new or changed."""
    if clocks:
        await tx.execute(_SAVE, *_columns(clocks))


async def load(tx: Tx, case_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, dict[Key, Clock]]:
    """The clocks of cases, by entitlement and occurrence; locked, no timer touches them meanwhile."""
    found: dict[UUID, dict[Key, Clock]] = {}
    for row in await tx.fetch(_LOAD + (" for update" if lock else ""), list(case_ids)):
        clock = _clock(row)
        found.setdefault(row["case_id"], {})[clock.key] = clock
    return found


async def fire(tx: Tx, due_before: datetime, limit: int) -> list[tuple[UUID, UUID | None, Clock]]:
    """Calls running clocks that were due before an instant breached, or not evidenced where nothing would have told
    us; returns (case, crime, clock). Clocks that somebody is writing now are left for the next time."""
    rows = await tx.fetch(_FIRE, due_before, limit)
    return [(row["case_id"], row["crime_id"], _clock(row)) for row in rows]


async def counted_otherwise(tx: Tx, calendar_version: str, limit: int) -> list[UUID]:
    """Cases with running clocks that were counted with another version of the bank holidays."""
    return [row["case_id"] for row in await tx.fetch(_OTHER_CALENDAR, calendar_version, limit)]


def _columns(clocks: Iterable[tuple[UUID, Clock]]) -> list[list[object]]:
    rows = list(clocks)
    return [[case_id for case_id, _ in rows], *([getattr(clock, name) for _, clock in rows] for name in _NAMES)]


def _clock(row: asyncpg.Record) -> Clock:
    return Clock(*(row[name] for name in _NAMES))
