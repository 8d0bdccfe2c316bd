"""Everything a provider was ever sent, a batch at a time, the first one first."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.portal import PROVIDER, by_index
from services.referral.store.rows import read


@dataclass(frozen=True, slots=True)
class Past:
    """One leg as its provider may know it: `state` and the times of the referral are null once another is tried."""

    leg_id: UUID
    reference: str
    line: str
    contract_id: UUID
    leg_state: str
    sent_at: datetime
    viewed_at: datetime | None
    answered_at: datetime | None
    decline_reason: str | None
    state: str | None
    started_at: datetime | None
    ended_at: datetime | None


# The batch is chosen from legs alone, and only then joined: row-level security asks of each referral whether its leg
# is seen, which for all of them at once would be a reading of everything.
_BATCH = f"""
with these as materialized (
    select l.leg_id, l.referral_id, l.reference, l.line, l.contract_id, l.state, l.sent_at, l.viewed_at, l.answered_at,
           l.decline_reason, l.ended_at
      from leg l
     where l.provider_id = {PROVIDER} and l.sent_at <= $1 and (l.sent_at, l.leg_id) > ($2::timestamptz, $3::uuid)
     order by l.sent_at, l.leg_id limit $4
)
select l.leg_id, l.reference, l.line, l.contract_id, l.state as leg_state, l.sent_at, l.viewed_at, l.answered_at,
       l.decline_reason, r.state, r.started_at, coalesce(r.ended_at, l.ended_at) as ended_at
  from these l left join referral r on r.referral_id = l.referral_id and r.leg_id = l.leg_id
 order by l.sent_at, l.leg_id
"""


async def batch(tx: Tx, until: datetime, after: tuple[datetime, UUID], size: int) -> list[Past]:
    """The next legs of the viewer's provider after (sent_at, leg_id), of those that were sent until an instant."""
    await by_index(tx)
    return read(Past, await tx.fetch(_BATCH, until, *after, size))
