"""What a service found, as alerts of the cases that it concerns; and what is urgent by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain.safe_contact import HEARD_FIRST
from services.referral.store.rows import read

_ADD = """
insert into alert (case_id, milestone_id, trigger, happened_at, received_at, heard_from)
select c, $2, $3, $4, $5, $6 from unnest($1::uuid[]) c on conflict (case_id, milestone_id) do nothing
"""
_LOOK_AGAIN = "update referral set settled = false where case_id = $1 and state in ('waitlisted', 'on_hold')"
_HEARD = """
select trigger, max(happened_at) as at, case when bool_and(looked_at is not null) then max(looked_at) end as looked_at
  from alert where case_id = $1 group by trigger order by 2 desc, 1
"""
_FIRST = """a.trigger = any($2::text[]) and a.looked_at is null
 and not exists (select 1 from leg l where l.leg_id = a.heard_from)"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a case, and when the last time; `looked_at`: when the hub had looked at all of it."""

    trigger: str
    at: datetime
    looked_at: datetime | None = None


async def add(
    tx: Tx, cases: Sequence[UUID], trigger: str, about: str, heard_from: UUID | None, at: datetime, now: datetime
) -> None:
    """Alerts these cases, once about the same thing; `heard_from`: the leg whose provider said it."""
    await tx.execute(_ADD, list(cases), about, trigger, at, now, heard_from)


async def heard(tx: Tx, case_id: UUID) -> list[Heard]:
    """Each kind of thing that was heard of a case, the newest first."""
    return read(Heard, await tx.fetch(_HEARD, case_id))


async def asks_first(tx: Tx, case_id: UUID) -> bool:
    """Whether something was heard of a case that the viewer's provider asks the hub about before any contact, not told
    by itself, and which nobody of the hub has looked at yet."""
    asked = f"select exists (select 1 from alert a where a.case_id = $1 and {_FIRST})"
    return bool(await tx.fetchval(asked, case_id, list(HEARD_FIRST)))


async def ask_first(tx: Tx, referral_ids: Sequence[UUID]) -> set[UUID]:
    """The same by referral."""
    asked = "select distinct r.referral_id from referral r join alert a on a.case_id = r.case_id"
    where = f"where r.referral_id = any($1::uuid[]) and {_FIRST}"
    rows = await tx.fetch(f"{asked} {where}", list(referral_ids), list(HEARD_FIRST)) if referral_ids else []
    return {row["referral_id"] for row in rows}


_BARS = """a.case_id = $1 and a.trigger = any($2::text[]) and a.looked_at is null
 and exists (select 1 from leg l where l.case_id = a.case_id and l.state in ('sent', 'accepted', 'waitlisted')
                and l.leg_id is distinct from a.heard_from)"""


@dataclass(frozen=True, slots=True)
class Barring:
    """What keeps a provider from every contact until the hub has looked: when it was, and when it came here last."""

    trigger: str
    at: datetime
    came_at: datetime


async def barring(tx: Tx, case_id: UUID) -> list[Barring]:
    """What keeps a provider of this case from every contact, the first that was heard first."""
    asked = f"select trigger, max(happened_at) as at, max(received_at) as came_at from alert a where {_BARS}"
    return read(Barring, await tx.fetch(f"{asked} group by trigger order by 2, 1", case_id, list(HEARD_FIRST)))


async def bars(tx: Tx, case_id: UUID, kind: str) -> bool:
    """Whether a provider of this case is kept from contact by what a task of this kind is about."""
    asked = f"select exists (select 1 from alert a where {_BARS} and a.trigger = alert_of_task($3))"
    return bool(await tx.fetchval(asked, case_id, list(HEARD_FIRST), kind))


async def looked(tx: Tx, case_id: UUID, until: datetime, now: datetime) -> bool:
    """The hub has looked at what came until then and keeps a provider from contact; False where nothing of it does."""
    done = f"update alert a set looked_at = $4 where {_BARS} and a.received_at <= $3 returning 1"
    return bool(await tx.fetch(done, case_id, list(HEARD_FIRST), until, now))


async def make_urgent(tx: Tx, case_id: UUID, now: datetime) -> None:
    """What is with a provider is urgent from now on, or from when it came here where it was told late: no limit runs
    before anybody could see it. What is still to be sent is urgent from the start; and the hub looks again at whoever
    waits on a list or is on hold."""
    await tx.execute(
        "update leg set urgent_since = greatest($2, now(), out_at) where case_id = $1 and urgent_since is null"
        " and not urgent and state in ('sent', 'accepted', 'waitlisted')",
        case_id,
        now,
    )
    await tx.execute(_LOOK_AGAIN, case_id)
    await tx.execute(
        "update referral set urgent = true where case_id = $1 and not urgent and ended_at is null"
        " and state in ('received', 'triaged', 'contacting', 'declined_by_provider')",
        case_id,
    )
