"""Related clocks: what runs beside the Code for each case, what is due, and whom it warned."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.code_compliance.domain.entitlements import Key
from services.code_compliance.domain.related_held import Held

_NAMES = tuple(field.name for field in fields(Held))
_COLUMNS = ", ".join(_NAMES)
_OF = ", ".join(f"r.{name}" for name in _NAMES)
_CRIME = "(select c.crime_id from code_case c where c.case_id = r.case_id) as crime_id"
_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[2:])
_SAVE = f"""
insert into related_clock (case_id, {_COLUMNS})
select * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::timestamptz[],
                     $7::timestamptz[], $8::text[], $9::text[], $10::text[])
on conflict (case_id, clock, occurrence) do update set {_CHANGES}
"""
_LOAD = f"select case_id, {_COLUMNS} from related_clock where case_id = any($1::uuid[]) order by 1, 2, 3"
_FIRE = f"""
with passed as (
    select case_id, clock, occurrence from related_clock
     where state = 'running' and due_at < $1 order by due_at, case_id limit $2 for update skip locked
)
update related_clock r set state = 'over' from passed p
 where r.case_id = p.case_id and r.clock = p.clock and r.occurrence = p.occurrence
returning r.case_id, {_OF}, {_CRIME}
"""
_WARN = f"""
with nearing as (
    select case_id, clock, occurrence, due_at from related_clock r
     where state = 'running' and due_at >= $1 and due_at < $1 + $2::interval and due_at - started_at >= $5::interval
       and started_at + (due_at - started_at) * $3::float8 <= $1
       and not exists (select 1 from clock_warning w
                        where w.case_id = r.case_id and w.entitlement = r.clock and w.occurrence = r.occurrence
                          and w.fraction = $3::float8::numeric(3, 2) and w.role = $4 and w.due_at = r.due_at)
     order by due_at, case_id limit $6 for update skip locked
), given as (
    insert into clock_warning (case_id, entitlement, occurrence, fraction, role, due_at, warned_at)
    select case_id, clock, occurrence, $3::float8::numeric(3, 2), $4::text, due_at, $1::timestamptz from nearing
    on conflict do nothing returning case_id, entitlement, occurrence
)
select r.case_id, {_OF}, {_CRIME}
  from given g join related_clock r on r.case_id = g.case_id and r.clock = g.entitlement and r.occurrence = g.occurrence
"""
_ENDING = f"""
select r.case_id, {_OF}, (select max(w.warned_at) from clock_warning w
                           where w.case_id = r.case_id and w.entitlement = r.clock and w.occurrence = r.occurrence
                             and w.due_at = r.due_at and w.role = $5) as warned_at
  from related_clock r where r.state = 'running' and r.due_at >= $1 and r.due_at <= $2
 order by r.due_at, r.case_id, r.clock, r.occurrence limit $3 offset $4
"""
_TO_COUNT = """
(select case_id from related_to_count limit $2)
union
(select case_id from related_clock where state = 'running' and due_at is not null and calendar_version <> $1 limit $2)
"""

Fallen = tuple[UUID, UUID | None, Held]
"""A case, its crime where there is one, and one of its related clocks."""


@dataclass(frozen=True, slots=True)
class Ending:
    """A related clock that is about to end, and when a role was last warned of it."""

    case_id: UUID
    held: Held
    warned_at: datetime | None


async def save(tx: Tx, clocks: Sequence[tuple[UUID, Held]]) -> None:
    """Writes related clocks, new or changed."""
    if clocks:
        columns = ([getattr(held, name) for _, held in clocks] for name in _NAMES)
        await tx.execute(_SAVE, [case_id for case_id, _ in clocks], *columns)


async def load(tx: Tx, case_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, dict[Key, Held]]:
    """The related clocks of cases, by clock and occurrence; locked, no timer touches them meanwhile."""
    found: dict[UUID, dict[Key, Held]] = {}
    for row in await tx.fetch(_LOAD + (" for update" if lock else ""), list(case_ids)):
        held = _held(row)
        found.setdefault(row["case_id"], {})[held.key] = held
    return found


async def fire(tx: Tx, due_before: datetime, limit: int) -> list[Fallen]:
    """Calls running related clocks over that were due before an instant."""
    return [_fallen(row) for row in await tx.fetch(_FIRE, due_before, limit)]


async def warn(
    tx: Tx, now: datetime, within: timedelta, fraction: float, role: str, least: timedelta, limit: int
) -> list[Fallen]:
    """Warns a role of related clocks of which a share has passed, each once; returns them."""
    return [_fallen(row) for row in await tx.fetch(_WARN, now, within, fraction, role, least, limit)]


async def ending(tx: Tx, now: datetime, until: datetime, limit: int, offset: int, role: str) -> list[Ending]:
    """Related clocks that end between two instants, soonest first, with the last warning to a role."""
    rows = await tx.fetch(_ENDING, now, until, limit, offset, role)
    return [Ending(row["case_id"], _held(row), row["warned_at"]) for row in rows]


async def to_count(tx: Tx, calendar_version: str, limit: int) -> list[UUID]:
    """Cases whose related clocks were never counted, or with another version of the bank holidays."""
    return [row["case_id"] for row in await tx.fetch(_TO_COUNT, calendar_version, limit)]


async def counted(tx: Tx, case_ids: Sequence[UUID]) -> None:
    await tx.execute("delete from related_to_count where case_id = any($1::uuid[])", list(case_ids))


def _held(row: asyncpg.Record) -> Held:
    return Held(*(row[name] for name in _NAMES))


def _fallen(row: asyncpg.Record) -> Fallen:
    return row["case_id"], row["crime_id"], _held(row)
