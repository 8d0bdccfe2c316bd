"""What a service found, as alerts of the cases that it concerns; and what is urgent by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kit.database import Tx
from services.referral.domain import heard_within
from services.referral.store.rows import read

_ADD = """
insert into alert (case_id, milestone_id, trigger, happened_at, received_at, heard_from, line)
select c, $2, $3, $4, $5, $6, $7 from unnest($1::uuid[]) c on conflict (case_id, milestone_id) do nothing
"""
_LOOK_AGAIN = "update referral set settled = false where case_id = $1 and state in ('waitlisted', 'on_hold')"
_HEARD = """
select trigger, max(happened_at) as at, max(received_at) as came_at,
       case when bool_and(looked_at is not null) then max(looked_at) end as looked_at,
       (array_agg(looked_role order by looked_at desc nulls last))[1] as looked_role,
       (array_agg(looked_how order by looked_at desc nulls last))[1] as looked_how
  from alert where case_id = $1 and (line is null or line = $2) group by trigger order by 2 desc, 1
"""
WITHIN = "coalesce(l.told_within, case when l.gate = 'agreement' then l.pack_fields end)"
"""SQL: what the agreement lets the provider of leg l be told; of one that is not known to be bound, its pack."""
_WAITING = f"""
select a.case_id, a.milestone_id, a.trigger, a.happened_at as at, a.received_at as came_at, l.referral_id,
       {WITHIN} as told_within
  from alert a join leg l on l.case_id = a.case_id and l.state in ('sent', 'accepted', 'waitlisted')
 where a.looked_at is null
   and (a.line is null or a.line = l.line) and (l.chosen_at is null or a.received_at > l.chosen_at)
   and not exists (select 1 from leg h where h.leg_id = a.heard_from and h.provider_id = l.provider_id)
"""


@dataclass(frozen=True, slots=True)
class Heard:
    """What was heard of a case, and when the last time; `looked_at`: when the hub had looked at all of it."""

    trigger: str
    at: datetime
    looked_at: datetime | None = None
    came_at: datetime | None = None
    """When the last of it came here."""
    looked_role: str | None = None
    looked_how: str | None = None
    """Who of the hub looked at it last, and what was decided: see `alert.looked_how`."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What the provider of an open leg asks the hub about before any contact, and nobody of the hub has looked at."""

    case_id: UUID
    milestone_id: str
    trigger: str
    at: datetime
    came_at: datetime
    referral_id: UUID
    told_within: tuple[str, ...] | None


async def _waiting(tx: Tx, where: str, ids: Sequence[UUID]) -> list[_Waiting]:
    """Of legs that the viewer sees; `where` says over alert a and leg l which of these ids they are of."""
    found = read(_Waiting, await tx.fetch(f"{_WAITING} and {where} order by 4, 3", list(ids))) if ids else []
    return [one for one in found if heard_within.asks_first(one.trigger, one.told_within)]


_OF_CASE, _OF_REFERRALS = "a.case_id = any($1::uuid[])", "l.referral_id = any($1::uuid[])"


async def add(
    tx: Tx,
    cases: Sequence[UUID],
    trigger: str,
    about: str,
    heard_from: UUID | None,
    at: datetime,
    now: datetime,
    line: str | None = None,
) -> None:
    """Alerts these cases, once about the same thing; `heard_from`: the leg whose provider said it; `line`: the one
    whose providers alone are told."""
    await tx.execute(_ADD, list(cases), about, trigger, at, now, heard_from, line)


async def heard(tx: Tx, case_id: UUID, line: str) -> list[Heard]:
    """Each kind of thing that was heard of a case, or of its referral to this line, the newest first."""
    return read(Heard, await tx.fetch(_HEARD, case_id, line))


async def asks_first(tx: Tx, case_id: UUID) -> bool:
    """Whether something was heard of a case that the viewer's provider asks the hub about before any contact, not told
    by itself, and which nobody of the hub has looked at yet."""
    return bool(await _waiting(tx, _OF_CASE, [case_id]))


async def ask_first(tx: Tx, referral_ids: Sequence[UUID]) -> set[UUID]:
    """The same by referral."""
    return {one.referral_id for one in await _waiting(tx, _OF_REFERRALS, referral_ids)}


@dataclass(frozen=True, slots=True)
class Barring:
    """What keeps a provider from every contact until the hub has looked: when it was, and when it came here last."""

    trigger: str
    at: datetime
    came_at: datetime


async def barring(tx: Tx, case_id: UUID) -> list[Barring]:
    """What keeps a provider of this case from every contact, the first that was heard first."""
    found: dict[str, Barring] = {}
    for one in await _waiting(tx, _OF_CASE, [case_id]):
        last = found.get(one.trigger)
        came = max(one.came_at, last.came_at) if last else one.came_at
        found[one.trigger] = Barring(one.trigger, one.at, came)
    return sorted(found.values(), key=lambda one: (one.at, one.trigger))


async def bars(tx: Tx, case_id: UUID, kind: str) -> bool:
    """Whether a provider of this case is kept from contact by what a task of this kind is about."""
    about = await tx.fetchval("select alert_of_task($1)", kind)
    return any(one.trigger == about for one in await _waiting(tx, _OF_CASE, [case_id]))


async def looked(tx: Tx, case_id: UUID, until: datetime, now: datetime) -> bool:
    """The hub has looked at what came until then and keeps a provider from contact; False where nothing of it does."""
    seen = {one.milestone_id for one in await _waiting(tx, _OF_CASE, [case_id]) if one.came_at <= until}
    done = "update alert set looked_at = $3, looked_how = 'looked'"
    done += " where case_id = $1 and milestone_id = any($2) and looked_at is null returning 1"
    return bool(await tx.fetch(done, case_id, sorted(seen), now)) if seen else False


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
