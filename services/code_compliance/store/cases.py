"""Crimes as far as we hold them, and the cases in them."""

from collections.abc import Sequence
from dataclasses import astuple
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

import asyncpg
import orjson

from kit.database import Tx
from services.code_compliance.domain.circumstances import Circumstances, from_json
from services.code_compliance.domain.enhanced import Override, Reason
from services.code_compliance.domain.facts import Case

_CLAIM = """
insert into crime (crime_id, revision, heard_at, cases)
select * from unnest($1::uuid[], $2::int[], $3::timestamptz[], $4::int[]) on conflict do nothing returning crime_id
"""
_LOCK = "select crime_id, revision from crime where crime_id = any($1::uuid[]) order by crime_id for update"
_REVISE = """
update crime c set revision = n.revision, cases = n.cases, stale = c.stale + n.stale, revised = c.revised + n.revised
  from unnest($1::uuid[], $2::int[], $3::int[], $4::int[], $5::int[]) as n(crime_id, revision, cases, stale, revised)
 where c.crime_id = n.crime_id
"""
_SAVE = """
insert into code_case as c (case_id, crime_id, stands_for, facts, reasons, reported_at, recorded_at, first_heard_at,
                            received_at, refused, revision, removed)
select case_id, crime_id, stands_for, facts::jsonb, reasons::jsonb, reported_at, recorded_at, first_heard_at,
       received_at, refused, revision, removed
  from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::timestamptz[], $7::timestamptz[],
              $8::timestamptz[], $9::timestamptz[], $10::boolean[], $11::int[], $12::boolean[])
    as n(case_id, crime_id, stands_for, facts, reasons, reported_at, recorded_at, first_heard_at, received_at, refused,
         revision, removed)
on conflict (case_id) do update
   set facts = excluded.facts, reasons = excluded.reasons, reported_at = excluded.reported_at,
       recorded_at = excluded.recorded_at, received_at = excluded.received_at, refused = excluded.refused,
       revision = excluded.revision, removed = excluded.removed
"""
_LOAD = """
select case_id, crime_id, stands_for, facts, reasons, reported_at, recorded_at, first_heard_at, received_at, refused,
       revision, removed, died_at,
       (select jsonb_agg(to_jsonb(o) order by o.entered_at, o.override_id) from enhanced_override o
         where o.case_id = code_case.case_id) as overrides
  from code_case where crime_id = any($1::uuid[]) or case_id = any($2::uuid[]) order by case_id
"""
_OVERRIDE = """
insert into enhanced_override (override_id, case_id, category, held, since, reason_code, entered_by, entered_at)
values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (override_id) do nothing returning override_id
"""
_RESTRICT = """
insert into restricted_case (case_id) select * from unnest($1::uuid[]) on conflict do nothing
"""
_LIFT = "delete from restricted_case where case_id = any($1::uuid[])"


async def claim_crimes(
    tx: Tx, crime_ids: Sequence[UUID], revisions: Sequence[int], heard_at: Sequence[datetime], cases: Sequence[int]
) -> set[UUID]:
    """Holds crimes not held before; returns which they were."""
    return {row["crime_id"] for row in await tx.fetch(_CLAIM, crime_ids, revisions, heard_at, cases)}


async def lock_crimes(tx: Tx, crime_ids: Sequence[UUID]) -> dict[UUID, int]:
    """The revisions held of crimes, locked until the transaction ends: whoever adds to a crime, its people or what was
    told of it, does so alone. Taken before its cases are locked."""
    return {row["crime_id"]: row["revision"] for row in await tx.fetch(_LOCK, crime_ids)}


async def revise_crimes(tx: Tx, rows: Sequence[tuple[UUID, int, int, int, int]]) -> None:
    """Writes what a crime stands at: (crime_id, revision, cases, snapshots ignored, snapshots applied)."""
    if rows:
        await tx.execute(_REVISE, *map(list, zip(*rows, strict=True)))


async def save(tx: Tx, cases: Sequence[Case]) -> None:
    """Writes cases, new or held."""
    if cases:
        await tx.execute(
            _SAVE,
            [c.case_id for c in cases],
            [c.crime_id for c in cases],
            [c.stands_for for c in cases],
            [_facts(c.circumstances) for c in cases],
            [_reasons(c.reasons) for c in cases],
            [c.reported_at for c in cases],
            [c.recorded_at for c in cases],
            [c.first_heard_at for c in cases],
            [c.received_at for c in cases],
            [c.refused for c in cases],
            [c.revision for c in cases],
            [c.removed for c in cases],
        )


async def load(tx: Tx, *, crimes: Sequence[UUID] = (), cases: Sequence[UUID] = (), lock: bool = False) -> list[Case]:
    """The cases of crimes, and cases by their own ids, as far as the viewer of the transaction may see them."""
    rows = await tx.fetch(_LOAD + (" for update of code_case" if lock else ""), list(crimes), list(cases))
    return [_case(row) for row in rows]


async def set_died(tx: Tx, case_id: UUID, died_at: datetime | None) -> None:
    """Since when it is recorded that the person died; None where they live after all."""
    await tx.execute("update code_case set died_at = $2 where case_id = $1", case_id, died_at)


async def keep_override(tx: Tx, override: Override) -> bool:
    """Writes a worker's decision about enhanced rights; False when it is there already."""
    return await tx.fetchval(_OVERRIDE, *astuple(override)) is not None


async def restrict(tx: Tx, case_ids: Sequence[UUID]) -> None:
    await tx.execute(_RESTRICT, list(case_ids))


async def lift_restriction(tx: Tx, case_ids: Sequence[UUID]) -> None:
    await tx.execute(_LIFT, list(case_ids))


def _case(row: asyncpg.Record) -> Case:
    told: dict[str, Any] = dict(row)
    told["circumstances"] = from_json(told.pop("facts"))
    told["reasons"] = tuple(_reason(parts) for parts in told["reasons"])
    told["overrides"] = tuple(_override(parts) for parts in told["overrides"] or ())
    return Case(**told)


@lru_cache(maxsize=20_000)
def _facts(circumstances: Circumstances) -> str:
    return orjson.dumps(circumstances.as_json()).decode()


def _reasons(reasons: tuple[Reason, ...]) -> str:
    return (
        orjson.dumps([[r.id, r.category, r.since, r.heard_at, r.late] for r in reasons]).decode() if reasons else "[]"
    )


def _reason(parts: list[Any]) -> Reason:
    name, category, since, heard_at, late = parts
    return Reason(name, category, since and datetime.fromisoformat(since), datetime.fromisoformat(heard_at), late)


def _override(parts: dict[str, Any]) -> Override:
    for name in ("override_id", "case_id", "entered_by"):
        parts[name] = UUID(parts[name])
    for name in ("since", "entered_at"):
        parts[name] = parts[name] and datetime.fromisoformat(parts[name]).astimezone(UTC)
    return Override(**parts)
