"""Recounts from the archive alone, beside the facts: what reconciliation compares figures with."""

from datetime import datetime
from typing import Any

from kit.database import Tx
from services.returns.domain.period import Period
from services.returns.store.measures import CutOff

_SIZES = """
select (select position from archive_head) as head,
       (select count(*) from archive) as archived,
       (select count(*) from fact) as facts,
       (select count(*) from person_fact) as people,
       (select count(*) from kit.inbox) as applied,
       (select count(*) from drawn_return where encode(sha256(file), 'hex') <> sha256) as changed
"""
_PEOPLE = """
select coalesce(sum(1 + case when json_typeof(v -> 'bereaved') = 'array' then json_array_length(v -> 'bereaved')
                             else 0 end), 0)
  from archive a, json_array_elements(case when json_typeof(a.data -> 'victims') = 'array' then a.data -> 'victims'
                                           else '[]' end) as v
 where a.topic = 'police.crimes'
"""
_GAPS = """
select count(*) from (
    select topic, key from archive
     where topic in ('referral.events', 'code.events', 'feedback.events', 'returns.events')
     group by topic, key
    having count(*) <> max((data ->> 'sequence')::bigint) or min((data ->> 'sequence')::bigint) <> 1) as gap
"""
_TOPICS = "select topic, count(*) from archive group by topic"
_INPUT = """
with crime as (
    select distinct on (key) key, (data ->> 'recorded_at')::timestamptz as recorded_at, data
      from archive
     where topic = 'police.crimes' and position <= $3 and event_time <= $4
     order by key, coalesce((data ->> 'revision')::int, 1) desc, position desc
), period as (select * from crime where recorded_at >= $1 and recorded_at < $2),
victim as (
    select v from period, json_array_elements(case when json_typeof(data -> 'victims') = 'array' then data -> 'victims'
                                                   else '[]' end) as v
), person as (
    select v ->> 'victim_ref' as ref from victim where coalesce(v ->> 'kind', 'person') not in ('business', 'deceased')
    union
    select k ->> 'kin_ref' from victim, json_array_elements(
        case when json_typeof(v -> 'bereaved') = 'array' then v -> 'bereaved' else '[]' end) as k
)
select (select count(*) from period where data ->> 'offence_code' is not null) as crimes_recorded,
       (select count(*) from period where data ->> 'offence_code' is null) as incidents_recorded,
       (select count(*) from person) as victims_recorded,
       (select count(distinct v ->> 'victim_ref') from victim where v ->> 'kind' = 'business') as businesses_recorded
"""
_OURS = """
with told as (
    select type, key, data, (data ->> 'happened_at')::timestamptz as at, position
      from archive where topic = 'referral.events' and position <= $3 and event_time <= $4
), sent as (
    select data ->> 'referral_id' as id, min(at) as at from told where type = 'referral.sent.v1' group by 1
), leg as (
    select data ->> 'leg_id' as id, min(at) as at from told where type = 'referral.sent.v1' group by 1
), opened as (
    select key, min(at) as at from told where type = 'case.opened.v1' group by 1
)
select (select count(*) from opened where at >= $1 and at < $2) as cases_opened,
       (select count(*) from sent where at >= $1 and at < $2) as referrals_sent,
       (select count(*) from leg where at >= $1 and at < $2) as legs_sent
"""
_DUE = """
with plan as (
    select coalesce(data ->> 'clock_id',
                    concat_ws('/', data ->> 'case_id', data ->> 'entitlement', data ->> 'milestone_id')) as clock,
           position, (data ->> 'due_at')::timestamptz as due_at
      from archive
     where topic = 'code.events' and type in ('entitlement.due.v1', 'clock.replanned.v1')
       and position <= $3 and event_time <= $4
), last as (select distinct on (clock) clock, due_at from plan order by clock, position desc)
select count(*) from last where due_at >= $1 and due_at < $2
"""
_TOTALS = """
select (select count(distinct crime_id) from fact
         where type in ('police.crime.recorded.v1', 'police.crime.updated.v1')) as crimes,
       (select count(distinct case_id) from fact where type = 'case.opened.v1') as cases,
       (select count(distinct case_id) from fact where type = 'case.opened.v1' and crime_id is not null)
           as cases_of_crimes,
       (select count(distinct referral_id) from fact where type = 'referral.received.v1') as referrals
"""


async def sizes(tx: Tx) -> dict[str, int]:
    """Rows of the archive and of what is made of it, and events applied."""
    row = await tx.fetchrow(_SIZES)
    assert row is not None
    return dict(row) | {"people_recounted": int(await tx.fetchval(_PEOPLE)), "gaps": await tx.fetchval(_GAPS)}


async def archived(tx: Tx) -> dict[str, int]:
    """Events archived by topic."""
    return {row["topic"]: row["count"] for row in await tx.fetch(_TOPICS)}


async def totals(tx: Tx) -> dict[str, int]:
    """Crimes heard of, cases opened and referrals received, ever."""
    row = await tx.fetchrow(_TOTALS)
    assert row is not None
    return dict(row)


async def recount(tx: Tx, kind: str, period: Period, cut: CutOff) -> dict[str, int]:
    """Totals of a return, from the archived events themselves."""
    bounds: tuple[datetime, datetime, int, datetime] = (period.start, period.end, cut.position, cut.at)
    if kind == "code":
        return {"due": int(await tx.fetchval(_DUE, *bounds))}
    found: dict[str, Any] = {}
    for query in (_INPUT, _OURS):
        row = await tx.fetchrow(query, *bounds)
        assert row is not None
        found |= dict(row)
    return found
