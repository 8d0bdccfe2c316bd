"""What pages list: counts, what falls due, and the clocks behind a number. Restricted cases are absent, not hidden."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx

_COUNTS = "select entitlement, state, count(*) as number from entitlement group by 1, 2"
_FALLING_DUE = """
select count(*) from entitlement where state = 'running' and due_at >= $1 and due_at <= $2
"""
_FORECAST = """
select case_id, entitlement, occurrence, state, started_at, due_at from entitlement
 where state = 'running' and due_at >= $1 and due_at <= $2
 order by due_at, case_id, entitlement, occurrence limit $3 offset $4
"""
_LISTED = """
select case_id, entitlement, occurrence, state, started_at, due_at from entitlement
 where entitlement = any($1::text[]) and state = $2
 order by due_at nulls last, case_id, entitlement, occurrence limit $3 offset $4
"""
_NUMBER = "select count(*) from entitlement where entitlement = any($1::text[]) and state = $2"


@dataclass(frozen=True, slots=True)
class Line:
    """One clock in a list."""

    case_id: UUID
    entitlement: str
    occurrence: str
    state: str
    started_at: datetime
    due_at: datetime | None


async def counts(tx: Tx) -> list[tuple[str, str, int]]:
    """How many clocks there are by entitlement and state."""
    return [(row["entitlement"], row["state"], row["number"]) for row in await tx.fetch(_COUNTS)]


async def forecast(tx: Tx, now: datetime, until: datetime, limit: int, offset: int) -> tuple[int, list[Line]]:
    """Running clocks that fall due between two instants: how many, and some of them, soonest first."""
    number: int = await tx.fetchval(_FALLING_DUE, now, until)
    rows = await tx.fetch(_FORECAST, now, until, limit, offset)
    return number, [Line(*row.values()) for row in rows]


async def listed(tx: Tx, entitlements: Sequence[str], state: str, limit: int, offset: int) -> tuple[int, list[Line]]:
    """The clocks behind a number: how many, and some of them, soonest due first."""
    number: int = await tx.fetchval(_NUMBER, list(entitlements), state)
    rows = await tx.fetch(_LISTED, list(entitlements), state, limit, offset)
    return number, [Line(*row.values()) for row in rows]
