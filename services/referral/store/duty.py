"""Shifts of the duty rota, and what cannot wait and was taken by nobody."""

from datetime import datetime, timedelta
from uuid import UUID

from kit.database import Tx
from services.referral.domain.duty import Shift
from services.referral.store.rows import columns, insert, read, values

RECENT = timedelta(days=1)
"""What waits for longer is in every queue, and was told."""
_UNTAKEN = """
select c.case_id from case_file c
 where c.state = 'waiting' and c.priority = 0 and c.assigned_to is null and not c.history
   and greatest(coalesce(c.urgent_since, c.opened_at), c.heard_at) between $1 and $2
   and not exists (select 1 from notice n where n.kind = 'urgent_untaken' and n.case_id = c.case_id
                      and n.over_at is null)
 order by c.opened_at, c.case_id limit $3
"""


async def shifts(tx: Tx, now: datetime) -> list[Shift]:
    """Shifts that are not over, by when they begin."""
    asked = f"select {columns(Shift)} from duty_shift where until_at > $1 and cancelled_at is null order by from_at, 1"
    return read(Shift, await tx.fetch(asked, now))


async def add(tx: Tx, shift: Shift, by: UUID, now: datetime) -> None:
    """Enters a shift; once for one id."""
    asked = insert("duty_shift", Shift, "on conflict do nothing", more=("set_by", "set_at"))
    await tx.execute(asked, *values(shift), by, now)


async def cancel(tx: Tx, shift_id: UUID, now: datetime) -> None:
    """Takes a shift back; taken back twice, the first time counts."""
    await tx.execute(
        "update duty_shift set cancelled_at = coalesce(cancelled_at, $2) where shift_id = $1", shift_id, now
    )


async def telephone(tx: Tx, now: datetime) -> str | None:
    """The number of the hub that is answered now; None where nobody is on duty. A provider may ask it."""
    found: str | None = await tx.fetchval(
        "select telephone from duty_shift where from_at <= $1 and until_at > $1 and cancelled_at is null"
        " order by from_at desc limit 1",
        now,
    )
    return found


async def untaken(tx: Tx, now: datetime, waited: timedelta, limit: int) -> list[UUID]:
    """Cases of life safety that nobody has taken for so long, and of which nobody was told by name yet."""
    return [row["case_id"] for row in await tx.fetch(_UNTAKEN, now - RECENT, now - waited, limit)]
