"""Messages that were refused at once: nothing was made of them, and the outbox says why."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import columns


@dataclass(frozen=True, slots=True)
class Refusal:
    """A message that nobody may send. `why`: the code of the true reason."""

    request_id: UUID
    case_id: UUID
    purpose: str
    template: str
    asked_at: datetime
    not_after: datetime
    why: str


async def add(tx: Tx, refusal: Refusal) -> None:
    """Keeps it; a request that comes again changes nothing."""
    names = columns(Refusal)
    await tx.execute(
        f"insert into mail_refused ({names}) values ($1, $2, $3, $4, $5, $6, $7) on conflict do nothing",
        *(getattr(refusal, name) for name in names.split(", ")),
    )
