"""Sums and portions for reconciliation."""

from collections.abc import AsyncIterator
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.facts import Case
from services.code_compliance.store import cases

_SUMS = """
select (select count(*) from kit.inbox where type like 'police.crime.%') as crime_events,
       (select count(*) from crime) as crimes,
       (select coalesce(sum(stale), 0) from crime)::bigint as stale,
       (select coalesce(sum(revised), 0) from crime)::bigint as revised,
       (select coalesce(sum(cases), 0) from crime)::bigint as cases_of_crimes,
       (select count(*) from code_case where crime_id is not null) as cases,
       (select count(*) from code_case where crime_id is not null and not coalesce(
           facts ->> 'kind' = 'bereaved' and (facts ->> 'also_suspect')::boolean, false)) as cases_of_the_hub,
       (select count(*) from entitlement
         where (state = 'met' and settled_at > due_at)
            or (state = 'met_late' and (due_at is null or settled_at <= due_at))
            or (state in ('breached', 'not_evidenced') and (due_at is null or due_at > now()))
            or (state = 'breached' and not covered)
            or (state = 'not_evidenced' and covered)
            or (state in ('running', 'breached', 'not_evidenced') and settled_at is not null)) as misfits
"""
_PORTION = "select case_id from code_case where case_id > $1 order by case_id limit $2"


async def sums(tx: Tx) -> dict[str, int]:
    row = await tx.fetchrow(_SUMS)
    assert row is not None
    return dict(row)


async def clock_states(tx: Tx) -> dict[str, int]:
    """How many entitlements with a limit are in each state."""
    rows = await tx.fetch("select state, count(*) as number from entitlement where due_at is not null group by state")
    return {row["state"]: row["number"] for row in rows}


async def in_portions(tx: Tx, size: int = 1000) -> AsyncIterator[list[Case]]:
    """All cases, some at a time."""
    last = UUID(int=0)
    while True:
        rows = await tx.fetch(_PORTION, last, size)
        if not rows:
            return
        last = rows[-1]["case_id"]
        yield await cases.load(tx, cases=[row["case_id"] for row in rows])
