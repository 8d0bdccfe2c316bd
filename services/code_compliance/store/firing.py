"""Clocks past their day: called by the thousand in one statement, and only what is announced of them comes back."""

from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.code_compliance.domain.writing import Fallen

LAST = UUID(int=(1 << 128) - 1)
# A row that is locked stands where it was found, so it is changed there, without looking its key up again.
_FIRE = """
with due as (
    select ctid from entitlement
     where state = 'running' and due_at < $1 and case_id between $2 and $3
     order by due_at, case_id limit $4 for update skip locked
), called as (
    update entitlement e set state = case when e.covered then 'breached' else 'not_evidenced' end
      from due where e.ctid = due.ctid
    returning e.case_id, e.entitlement, e.occurrence, e.milestone_id, e.due_at, e.enhanced, e.code_version, e.state
)
select called.case_id, c.crime_id, entitlement, occurrence, milestone_id, due_at, enhanced, code_version, state
  from called left join code_case c using (case_id) order by called.case_id, due_at, entitlement, occurrence
"""


async def fire(tx: Tx, due_before: datetime, limit: int, part: int = 0, parts: int = 1) -> list[Fallen]:
    """Calls running clocks that were due before an instant breached, or not evidenced where nothing would have told
    us; a case's come together. Clocks that somebody is writing now are left for the next time. `part` of `parts`
    takes its share of the cases alone, so that several can be at it without meeting."""
    first, last = share(part, parts)
    return [Fallen(*row.values()) for row in await tx.fetch(_FIRE, due_before, first, last, limit)]


def share(part: int, parts: int) -> tuple[UUID, UUID]:
    """The first and the last case of one of several equal shares of all ids there can be."""
    step = (LAST.int + 1) // parts
    return UUID(int=step * part), UUID(int=step * (part + 1) - 1) if part + 1 < parts else LAST
