"""The last step that was taken on a referral, for a page that was opened before it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns, read_one


@dataclass(frozen=True, slots=True)
class LastStep:
    happened_at: datetime
    type: str
    actor_role: str
    actor_id: UUID | None


async def of(tx: Tx, case_id: UUID, referral_id: UUID) -> LastStep | None:
    """What the viewer may know of the last step, opening it aside; None where there is none to be known."""
    row = await tx.fetchrow(
        f"select {columns(LastStep)} from case_event where case_id = $1 and referral_id = $2"
        " and (type like 'referral.%' or type like 'support.%') and type not like 'referral.viewed%'"
        " order by id desc limit 1",
        case_id,
        referral_id,
    )
    return read_one(LastStep, row)
