"""The next clock of each case: a copy of what code_compliance announced, for the order of the queue."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from kit.database import Tx

_RUN = """
insert into case_clock (case_id, entitlement, clock, due_at)
select distinct on (1, 2, 3) * from unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[])
on conflict (case_id, entitlement, clock) do update set due_at = excluded.due_at
"""
_STOP = """
delete from case_clock c using unnest($1::uuid[], $2::text[], $3::text[]) as s(case_id, entitlement, clock)
 where c.case_id = s.case_id and c.entitlement = s.entitlement and c.clock = s.clock
"""
_FOLLOW = """
with touched as (
    select c.case_id from case_file c where c.case_id = any($1::uuid[]) order by c.case_id for update
), next as (
    select t.case_id, n.due_at, n.entitlement
      from touched t left join lateral (select due_at, entitlement from case_clock k where k.case_id = t.case_id
                                         order by due_at, entitlement limit 1) n on true
)
update case_file c set next_due = n.due_at, next_entitlement = n.entitlement, act_by = least(c.hub_due, n.due_at)
  from next n where c.case_id = n.case_id
   and (c.next_due, c.next_entitlement) is distinct from (n.due_at, n.entitlement)
"""
Clock = tuple[UUID, str, str]


async def run(tx: Tx, clocks: Sequence[tuple[UUID, str, str, datetime]]) -> None:
    """Clocks (case, entitlement, clock, due) run or got another end; the last one of equals counts."""
    if clocks:
        last = {clock[:3]: clock for clock in clocks}
        cases, entitlements, names, dues = zip(*last.values(), strict=True)
        await tx.execute(_RUN, cases, entitlements, names, dues)


async def stop(tx: Tx, clocks: Sequence[Clock]) -> None:
    """Clocks (case, entitlement, clock) ended, in whichever way."""
    if clocks:
        await tx.execute(_STOP, *(list(column) for column in zip(*clocks, strict=True)))


async def follow(tx: Tx, case_ids: Sequence[UUID]) -> None:
    """Brings the next clock of these cases up to date; a case that has not come yet takes it when it opens."""
    await tx.execute(_FOLLOW, list(case_ids))
