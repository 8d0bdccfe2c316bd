"""Clocks: what each case is owed and how it stands."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from operator import attrgetter
from uuid import UUID

import asyncpg

from kit.database import Tx
from services.code_compliance.domain.entitlements import Clock, Key

_SHARED = {
    "entitlement": "text",
    "occurrence": "text",
    "milestone_id": "text",
    "limit": "smallint",
    "basis": "text",
    "enhanced": "boolean",
    "late_recorded": "boolean",
    "covered": "boolean",
    "code_version": "text",
    "calendar_version": "text",
    "state": "text",
    "source": "text",
    "channel": "text",
    "reason_code": "text",
    "evidence_id": "text",
    "paused_for": "text",
    "paused_days": "smallint",
}
"""What many clocks of a batch have alike: sent once for each combination, and joined again in the statement."""
_OWN = ("started_at", "due_at", "settled_at", "evidence_recorded_at", "paused_since")
_NAMES = tuple(field.name for field in fields(Clock))


def _listed(names: Iterable[str], prefix: str = "") -> str:
    return ", ".join(f'{prefix}"{name}"' for name in names)


_ADD = f"""
insert into entitlement (case_id, {_listed(_SHARED)}, {_listed(_OWN)})
select own.case_id, {_listed(_SHARED, "alike.")}, {_listed(_OWN, "own.")}
  from unnest($1::uuid[], $2::int[], {", ".join(f"${n}::timestamptz[]" for n, _ in enumerate(_OWN, 3))})
    as own(case_id, number, {_listed(_OWN)})
  join unnest($8::int[], {", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_SHARED.values(), 9))})
    as alike(number, {_listed(_SHARED)}) using (number)
"""
_CHANGES = ", ".join(f'"{name}" = excluded."{name}"' for name in _NAMES[2:])
_SAVE = f"""{_ADD}
on conflict (case_id, entitlement, occurrence) do update set {_CHANGES}
"""
_LOAD = f"select case_id, {_listed(_NAMES)} from entitlement where case_id = any($1::uuid[]) order by 1, 2, 3"
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


async def counted_otherwise(tx: Tx, calendar_version: str, limit: int) -> list[UUID]:
    """Cases with running clocks that were counted with another version of the bank holidays."""
    return [row["case_id"] for row in await tx.fetch(_OTHER_CALENDAR, calendar_version, limit)]


_alike = attrgetter(*_SHARED)
_own = attrgetter(*_OWN)


def _columns(clocks: Sequence[tuple[UUID, Clock]]) -> list[Sequence[object]]:
    numbers: dict[tuple[object, ...], int] = {}
    placed = [numbers.setdefault(_alike(clock), len(numbers)) for _, clock in clocks]
    own = zip(*(_own(clock) for _, clock in clocks), strict=True)
    alike = zip(*numbers, strict=True)
    return [[case_id for case_id, _ in clocks], placed, *own, list(numbers.values()), *alike]


def _clock(row: asyncpg.Record) -> Clock:
    return Clock(*(row[name] for name in _NAMES))
