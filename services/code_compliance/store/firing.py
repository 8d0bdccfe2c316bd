"""Clocks past their day: called by the thousand in one statement, and only what is announced of them comes back."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby
from operator import itemgetter
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.writing import Fallen

LAST = UUID(int=(1 << 128) - 1)
# A row that is locked stands where it was found, so it is changed there: all of them in one scan of their places, which
# costs less than a join, and without looking their keys up again.
_FIRE = """
with called as (
    update entitlement e set state = case when e.covered then 'breached' else 'not_evidenced' end
     where e.ctid = any(array(
        select ctid from entitlement
         where state = 'running' and due_at < $1 and case_id between $2 and $3
         order by due_at, case_id limit $4 for update skip locked))
    returning e.case_id, e.entitlement, e.occurrence, e.milestone_id, e.due_at, e.enhanced, e.code_version, e.state
)
select * from called order by case_id, due_at, entitlement, occurrence
"""
_CRIMES = "select case_id, crime_id from code_case where case_id = any($1::uuid[])"


async def fire(tx: Tx, due_before: datetime, limit: int, part: int = 0, parts: int = 1) -> list[Fallen]:
    """Calls running clocks that were due before an instant breached, or not evidenced where nothing would have told
    us; a case's come together. Clocks that somebody is writing now are left for the next time. `part` of `parts`
    takes its share of the cases alone, so that several can be at it without meeting."""
    first, last = share(part, parts)
    return list(map(Fallen._make, await tx.fetch(_FIRE, due_before, first, last, limit)))


async def crimes_of(tx: Tx, clocks: Sequence[Fallen]) -> dict[UUID, UUID | None]:
    """The crimes of the cases of clocks; None for a self-referral. Asked for once a case, not once a clock."""
    case_ids = [case_id for case_id, _ in groupby(clocks, itemgetter(0))]
    return {row["case_id"]: row["crime_id"] for row in await tx.fetch(_CRIMES, case_ids)}


def share(part: int, parts: int) -> tuple[UUID, UUID]:
    """The first and the last case of one of several equal shares of all ids there can be."""
    step = (LAST.int + 1) // parts
    return UUID(int=step * part), UUID(int=step * (part + 1) - 1) if part + 1 < parts else LAST
