"""Sums that must hold, counted from the rows themselves; and what an operator must know."""

from dataclasses import dataclass
from datetime import datetime

from kit.database import Tx
from services.referral.store.rows import read

_COUNTS = """
select (select count(*) from crime)::bigint as crimes,
       (select count(*) from crime where cases > 0)::bigint as with_case,
       (select count(*) from crime where cases = 0)::bigint as without_victim,
       (select count(*) from kit.inbox where type like 'police.crime.%')::bigint as crimes_heard,
       (select coalesce(sum(heard), 0) from crime)::bigint as crimes_applied,
       (select coalesce(sum(people + businesses + bereaved), 0) from crime)::bigint as named,
       (select count(*) from case_file where crime_id is not null)::bigint as cases,
       (select count(*) from case_file)::bigint as all_cases,
       (select coalesce(sum(runs), 0) from case_file)::bigint as runs,
       (select count(*) from routing)::bigint as routings,
       (select count(*) from case_event where type = 'case.opened.v1')::bigint as opened_told,
       (select count(*) from referral)::bigint as referrals,
       (select count(*) from case_event where type = 'referral.received.v1')::bigint as received_told,
       (select count(*) from referral r where r.state in ('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold')
           and not exists (select 1 from leg l where l.leg_id = r.leg_id and l.provider_id = r.provider_id))::bigint
           as without_leg,
       (select count(*) from leg l left join referral r using (referral_id) where r.referral_id is null)::bigint
           as stray_legs,
       (select coalesce(sum(last), 0) from kit.sequence s where not exists
           (select 1 from contract_state c where c.contract_id = s.subject_id))::bigint as announced,
       (select count(*) from case_event where ours)::bigint as numbered,
       (select count(*) from sealed_arrival where received_at < now() - interval '10 minutes'
           and now() > (select max(moved_at) + interval '10 minutes' from kit.watermark))::bigint as details_waiting
"""
_PARKED = """
select reason, type, count(*)::int as number, min(parked_at) as since,
       count(*) filter (where state = 'held')::int as behind
  from kit.parked where state in ('parked', 'held') group by reason, type order by min(parked_at), reason, type
"""
_DELAYS = (
    "select topic, max(moved_at) as moved_at, sum(parked)::int as parked from kit.watermark group by topic order by 1"
)
_REST = """
select (select count(*) from kit.waiting)::int as facts_waiting,
       (select min(since) from kit.waiting) as facts_waiting_since,
       (select count(*) from kit.outbox)::int as unsent,
       (select min(added_at) from kit.outbox) as unsent_since,
       (select count(*) from case_file where details = 'waiting')::int as details_waiting,
       (select count(*) from case_file where details = 'unreadable')::int as details_unreadable,
       (select count(*) from case_file where details = 'discarded')::int as details_discarded,
       (select count(*) from leg where state = 'sent' and viewed_at is null)::int as legs_unopened,
       (select min(sent_at) from leg where state = 'sent' and viewed_at is null) as legs_unopened_since,
       (select count(*) from consent where gate = 'override' and confirmed_at is null and withdrawn_at is null)::int
           as overrides_waiting,
       (select count(*) from task where done_at is null)::int as tasks_open,
       (select count(*) from kit.audit a where not exists
           (select 1 from kit.audit_chain c where c.audit_id = a.id))::int as audit_unchained
"""
_NOBODY = """
select data->>'line' as line, data->>'local_authority' as area, count(*)::int as number
  from case_event where type = 'nobody-available.v1' group by 1, 2 order by 3 desc, 1, 2 limit 50
"""


@dataclass(frozen=True, slots=True)
class Parked:
    """Records set aside for one reason; `behind`: later ones of the same keys that wait for them."""

    reason: str
    type: str | None
    number: int
    since: datetime
    behind: int


@dataclass(frozen=True, slots=True)
class Lane:
    """A topic that we read: when its last batch was applied."""

    topic: str
    moved_at: datetime
    parked: int


@dataclass(frozen=True, slots=True)
class Gap:
    """A service line in an area for which nobody could take a person."""

    line: str
    area: str | None
    number: int


@dataclass(frozen=True, slots=True)
class Operations:
    """What is stuck or waiting, and since when (null: nothing is)."""

    parked: list[Parked]
    lanes: list[Lane]
    gaps: list[Gap]
    facts_waiting: int
    facts_waiting_since: datetime | None
    unsent: int
    unsent_since: datetime | None
    details_waiting: int
    details_unreadable: int
    details_discarded: int
    legs_unopened: int
    legs_unopened_since: datetime | None
    overrides_waiting: int
    tasks_open: int
    audit_unchained: int


async def counts(tx: Tx) -> dict[str, int]:
    """Each sum by name."""
    row = await tx.fetchrow(_COUNTS)
    return dict(row or {})


async def referral_states(tx: Tx) -> dict[tuple[str, str], int]:
    """How many referrals of each line are in each state."""
    rows = await tx.fetch("select line, state, count(*) as number from referral group by line, state order by 1, 2")
    return {(row["line"], row["state"]): row["number"] for row in rows}


async def operations(tx: Tx) -> Operations:
    """What an operator must know now."""
    rest = await tx.fetchrow(_REST)
    return Operations(
        parked=read(Parked, await tx.fetch(_PARKED)),
        lanes=read(Lane, await tx.fetch(_DELAYS)),
        gaps=read(Gap, await tx.fetch(_NOBODY)),
        **dict(rest or {}),
    )
