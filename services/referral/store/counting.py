"""Sums that must hold, counted from the rows themselves."""

from kit.database import Tx

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
       (select count(*) from leg l cross join lateral leg_reads(l.leg_id, l.referral_id, l.case_id, l.provider_id) k
         where (l.urgent, l.asked_at, l.contacted_at, l.rested)
               is distinct from (k.urgent, k.asked_at, k.contacted_at, k.rested))::bigint as legs_apart,
       (select count(*) from leg l cross join lateral leg_told(l.leg_id) k left join leg_steps s on s.leg_id = l.leg_id
         where (k.counted_until is not null or s.leg_id is not null)
               and (s.provider_id, s.state, s.restricted, s.assigned_to, s.lapsed_at, s.decline_reason, s.accepted_at,
                    s.declined_at, s.started_at, s.over_at, s.over_how, s.end_reason, s.counted_until)
               is distinct from
                   (l.provider_id, l.state, l.restricted, l.assigned_to, l.lapsed_at, l.decline_reason, k.accepted_at,
                    k.declined_at, k.started_at, k.over_at, k.over_how, k.end_reason, k.counted_until))::bigint
           as steps_apart,
       (select coalesce(sum(last), 0) from kit.sequence s where not exists
           (select 1 from contract_state c where c.contract_id = s.subject_id))::bigint as announced,
       (select count(*) from case_event where ours)::bigint as numbered,
       (select count(*) from sealed_arrival where received_at < now() - interval '10 minutes'
           and now() > (select max(moved_at) + interval '10 minutes' from kit.watermark))::bigint as details_waiting
"""


async def counts(tx: Tx) -> dict[str, int]:
    """Each sum by name."""
    row = await tx.fetchrow(_COUNTS)
    return dict(row or {})


async def referral_states(tx: Tx) -> dict[tuple[str, str], int]:
    """How many referrals of each line are in each state."""
    rows = await tx.fetch("select line, state, count(*) as number from referral group by line, state order by 1, 2")
    return {(row["line"], row["state"]): row["number"] for row in rows}
