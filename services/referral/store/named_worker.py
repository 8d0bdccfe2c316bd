"""The provider's one worker who sees a restricted person's referral: who is named, and where nobody is."""

from dataclasses import dataclass
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read, read_one

TASK = "name_worker"
_LEGS = """
select leg_id, referral_id, case_id, contract_id, provider_id, assigned_to from leg
 where restricted and state in ('sent', 'accepted', 'waitlisted')
"""
_UNSEEN = f"""
{_LEGS} and assigned_to is null
   and not exists (select 1 from task t where t.case_id = leg.case_id and t.referral_id = leg.referral_id
                      and t.kind = '{TASK}' and (t.done_at is null or t.done_at > $1))
 order by leg_id limit $2
"""


@dataclass(frozen=True, slots=True)
class Named:
    """A leg of a restricted person that is with a provider; `assigned_to`: who alone sees it there."""

    leg_id: UUID
    referral_id: UUID
    case_id: UUID
    contract_id: UUID
    provider_id: UUID
    assigned_to: UUID | None


async def unseen(tx: Tx, asked_since: object, limit: int) -> list[Named]:
    """Legs that nobody at their provider can see, and of which no task is open or was closed after `asked_since`."""
    return read(Named, await tx.fetch(_UNSEEN, asked_since, limit))


async def of_everybody(tx: Tx, limit: int = 1000) -> list[Named]:
    """Every such leg for which a worker is named."""
    return read(Named, await tx.fetch(f"{_LEGS} and assigned_to is not null order by leg_id limit $1", limit))


async def load(tx: Tx, leg_id: UUID) -> Named | None:
    """Such a leg, its row locked; None where it is none, or the viewer may not see it."""
    return read_one(Named, await tx.fetchrow(f"{_LEGS} and leg_id = $1 for update", leg_id))


async def name(tx: Tx, leg_id: UUID, worker: UUID | None) -> None:
    """From now on this worker alone sees the leg; None: nobody at the provider does."""
    for table in ("leg", "lapsed_leg"):
        await tx.execute(f"update {table} set assigned_to = $2 where leg_id = $1", leg_id, worker)
