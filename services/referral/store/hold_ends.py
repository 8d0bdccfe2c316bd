"""Holds that somebody asked to end, and those that are ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.ended_holds import Ended
from services.referral.store.rows import columns, insert, read, read_one, values


@dataclass(frozen=True, slots=True)
class HoldEnd:
    """`says`: waits, ended or refused; `note_id`: the note that says more."""

    end_id: UUID
    case_id: UUID
    hold: str
    reason: str
    note_id: UUID
    stands_on: tuple[str, ...]
    digest: str
    asked_by: UUID
    asked_role: str
    asked_at: datetime
    says: str
    decided_by: UUID | None = None
    decided_at: datetime | None = None


async def add(tx: Tx, made: HoldEnd) -> None:
    await tx.execute(insert("hold_end", HoldEnd), *values(made))


async def get(tx: Tx, end_id: UUID) -> HoldEnd | None:
    row = await tx.fetchrow(f"select {columns(HoldEnd)} from hold_end where end_id = $1", end_id)
    return read_one(HoldEnd, row)


async def waiting_of(tx: Tx, case_id: UUID) -> list[HoldEnd]:
    """What waits for a second person on a case."""
    rows = await tx.fetch(
        f"select {columns(HoldEnd)} from hold_end where case_id = $1 and says = 'waits' order by hold", case_id
    )
    return read(HoldEnd, rows)


async def waiting(tx: Tx, limit: int = 100) -> list[HoldEnd]:
    """What waits for a second person on any open case, the oldest first."""
    rows = await tx.fetch(
        f"select {columns(HoldEnd, 'e')} from hold_end e join case_file c using (case_id)"
        " where e.says = 'waits' and c.state <> 'closed' order by e.asked_at, e.end_id limit $1",
        limit,
    )
    return read(HoldEnd, rows)


async def decide(tx: Tx, end_id: UUID, says: str, by: UUID, now: datetime) -> bool:
    """Keeps what the second person said; False where it does not wait any more."""
    done = await tx.fetchval(
        "update hold_end set says = $2, decided_by = $3, decided_at = $4 where end_id = $1 and says = 'waits'"
        " returning end_id",
        *(end_id, says, by, now),
    )
    return done is not None


async def drop_waiting(tx: Tx, case_id: UUID, hold: str) -> None:
    """Nobody has to decide any more on a hold that is gone."""
    await tx.execute(
        "update hold_end set says = 'refused' where case_id = $1 and hold = $2 and says = 'waits'", case_id, hold
    )


_ENDED = """
select distinct on (case_id, hold) case_id, hold, stands_on, digest, reason = 'acted_on' as stays from hold_end
 where case_id = any($1::uuid[]) and says = 'ended' order by case_id, hold, decided_at desc, end_id
"""


async def ended(tx: Tx, case_ids: Collection[UUID]) -> dict[UUID, tuple[Ended, ...]]:
    """The holds that a human ended, by case: of each the last time."""
    found: dict[UUID, tuple[Ended, ...]] = {}
    for row in await tx.fetch(_ENDED, list(case_ids)) if case_ids else []:
        one = Ended(row["hold"], tuple(row["stands_on"]), row["digest"], row["stays"])
        found[row["case_id"]] = (*found.get(row["case_id"], ()), one)
    return found


async def ended_but_true(tx: Tx, case_id: UUID) -> frozenset[str]:
    """The holds that were ended though what they say is so: not those that were recorded in error, or are over."""
    rows = await tx.fetch(
        "select distinct hold from hold_end where case_id = $1 and says = 'ended'"
        " and reason not in ('recorded_in_error', 'not_so_now', 'age_was_wrong')",
        case_id,
    )
    return frozenset(row["hold"] for row in rows)
