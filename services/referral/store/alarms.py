"""What a service found, as alerts of the cases that it concerns; and what is urgent by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.store.rows import read

_ADD = """
insert into alert (case_id, milestone_id, trigger, happened_at, received_at, heard_from)
select c, $2, $3, $4, $5, $6 from unnest($1::uuid[]) c on conflict (case_id, milestone_id) do nothing
"""
_HEARD = """
select trigger, max(happened_at) as at from alert where case_id = $1 group by trigger order by 2 desc, 1
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a case, and when the last time."""

    trigger: str
    at: datetime


async def add(
    tx: Tx, cases: Sequence[UUID], trigger: str, about: str, heard_from: UUID | None, at: datetime, now: datetime
) -> None:
    """Alerts these cases, once about the same thing; `heard_from`: the leg whose provider said it."""
    await tx.execute(_ADD, list(cases), about, trigger, at, now, heard_from)


async def heard(tx: Tx, case_id: UUID) -> list[Heard]:
    """Each kind of thing that was heard of a case, the newest first."""
    return read(Heard, await tx.fetch(_HEARD, case_id))


async def make_urgent(tx: Tx, case_id: UUID, now: datetime) -> None:
    """What is with a provider is urgent from now on; what is still to be sent is so from the start."""
    await tx.execute(
        "update leg set urgent_since = $2 where case_id = $1 and urgent_since is null and not urgent"
        " and state in ('sent', 'accepted', 'waitlisted')",
        case_id,
        now,
    )
    await tx.execute(
        "update referral set urgent = true where case_id = $1 and not urgent and ended_at is null"
        " and state in ('received', 'triaged', 'contacting', 'declined_by_provider')",
        case_id,
    )
