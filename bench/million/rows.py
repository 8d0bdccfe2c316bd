"""The rows of five years in SQL: cases as the service decided on a real month, spread over time, with what became of
them. Every draw is a hash of a number, so that the same count always gives the same rows."""

PROTOTYPES = """
create schema proto;
create table proto.case_file as
select row_number() over (order by c.case_id) as place, p.kind as person_kind, c.*
  from case_file c join person p using (person_id);
alter table proto.case_file add primary key (place);
create table proto.routing as select distinct on (case_id) * from routing order by case_id, run desc;
alter table proto.routing add primary key (case_id);
create table proto.crime as table crime;
alter table proto.crime add primary key (crime_id);
create table proto.contract (number int primary key, line text, contract_id uuid, provider_id uuid, up_to float8);
"""
WORK = """
create temp table new_case (
    n bigint, case_id uuid, person_n bigint, person_id uuid, is_new boolean, place int, dice int, at timestamptz,
    age float8, shift interval, was uuid, reference text, state text, referrals int, closed_at timestamptz
);
create temp table new_referral (
    n bigint, k int, referral_id uuid, case_id uuid, person_n bigint, person_id uuid, reference text,
        restricted boolean,
    age_band text, area text, line text, contract_id uuid, provider_id uuid, state text, draw float8[], dice int,
    received_at timestamptz, sent_at timestamptz, viewed_at timestamptz, answered_at timestamptz,
    started_at timestamptz, ended_at timestamptz, tries int
);
create temp table new_pack (leg_id uuid, pack bytea, sha256 text);
"""
# One case in five is of somebody who was harmed before. Few recent ones wait; those in support thin out over months.
CASES = """
insert into new_case
with made as (
    select n, case when n % 5 = 4 and n > 9 then 5 * abs(hashint8extended(n, 1) % (n / 5)) else n end as person_n,
           1 + abs(hashint8extended(n, 2) % {protos})::int as place, abs(hashint8extended(n, 3) % 10000)::int as dice,
           abs(hashint8extended(n, 4) % 100)::int as luck,
           '{now}'::timestamptz - interval '1826 days' * (1 - n::float8 / {cases}) as at
      from generate_series({first}::bigint, {last}::bigint) as n
), dated as (
    select *, extract(epoch from '{now}'::timestamptz - at)::float8 / 86400 as age,
           case when luck < 10 then 0 when luck < 53 then 1 when luck < 87 then 2 else 3 end as referrals from made
)
select n, md5('case' || n)::uuid, person_n, md5('person' || person_n)::uuid, person_n = n, d.place, dice, at, age,
       at - p.opened_at, p.case_id, {reference}, s.state, referrals,
       case when s.state = 'closed' then at + least(age, 5 + dice % 200) * interval '1 day' end
  from dated d join proto.case_file p on p.place = d.place,
       lateral (select case
           when p.state = 'waiting' and dice < case when age < 2 then 8000 when age < 14 then 2500
                                                    when age < 60 then 500 else 4 end then 'waiting'
           when age < 900 and referrals > 0 and dice < 10000 * exp(-age / 90) then 'active'
           when age < 400 and dice > 9900 then 'resting' else 'closed' end as state) s
"""
_SIGNS = "234679CDFGHJKLMNPQRTVWX"
_DIGIT = "(abs(hashint8extended(n, 9)) / {power}) % 23"
_PARTS = [_DIGIT.format(power=23**place) for place in range(9)]
_SIGN = "substr('" + _SIGNS + "', 1 + ({})::int, 1)"
_CHECK = "(23 - ({}) % 23) % 23".format(" + ".join(f"{weight} * ({part})" for weight, part in enumerate(_PARTS, 2)))
REFERENCE = " || ".join(
    [*(_SIGN.format(part) for part in _PARTS[:5]), "'-'", *(_SIGN.format(p) for p in _PARTS[5:]), _SIGN.format(_CHECK)]
)
"""SQL: the short reference of a case, made as contracts.identity makes it, from a hash of n."""

_OFFICER = "md5('officer' || n % 20)::uuid"
CASE_VALUES = {
    "case_id": "n.case_id",
    "reference": "n.reference",
    "person_id": "n.person_id",
    "crime_id": "case when p.crime_id is not null then md5('crime' || n.n)::uuid end",
    "victim_ref": "case when p.crime_id is not null then 'INV-' || n.n end",
    "state": "n.state",
    "holds": "case when n.state = 'waiting' then p.holds else '{}'::text[] end",
    "marac_on": "(p.marac_on + n.shift)::date",
    "details": "'open'",
    "history": "true",
    "assigned_to": f"case when n.dice % 10 < 6 then {_OFFICER} end",
    "review_since": "case when n.state = 'active' and n.dice % 97 = 0 then n.at end",
    "repeat_victim": "not n.is_new",
    "repeat_count": "case when n.is_new then 1 else 2 end",
    "opened_at": "n.at",
    "urgent_since": "case when p.priority = 0 then n.at end",
    "updated_at": "coalesce(n.closed_at, n.at)",
    "closed_at": "n.closed_at",
    "closed_why": "case when n.state = 'closed' then 'support_ended' end",
    "act_by": "case when n.state in ('waiting', 'active') then coalesce(p.act_by + n.shift, n.at + interval '2 days')"
    " end",
    "next_due": "case when n.state <> 'closed' then p.next_due + n.shift end",
    "runs": "1",
}
CRIME_VALUES = {
    "crime_id": "md5('crime' || n.n)::uuid",
    "crime_reference": "'20/' || n.n",
    "cases": "1",
    "heard": "1",
    "stale": "0",
}
ROUTING_VALUES = {"case_id": "n.case_id", "run": "1", "decided_at": "n.at"}
PEOPLE = """
insert into person (person_id, force, police_ref, kind, restricted, first_seen_at)
select n.person_id, '20', 'INV-' || n.n, p.person_kind, p.restricted, n.at
  from new_case n join proto.case_file p using (place) where n.is_new;
insert into kit.sequence (subject_id, last) select case_id, 3 from new_case;
insert into kit.audit (at, actor_id, actor_role, action, subject_kind, subject_id, fields)
select at + i * interval '1 hour', md5('officer' || (n + i) % 20)::uuid, 'officer', 'case_seen', 'case', case_id,
       '{{overview}}' from new_case, generate_series(1, 2) as i;
insert into case_event (case_id, happened_at, type, actor_role, data)
select case_id, at, 'case.opened.v1', 'system', '{{"decision":"waiting"}}' from new_case;
insert into task (task_id, kind, case_id, due_at, created_at, done_at, done_by, done_how)
select md5('task' || n)::uuid, 'review_risk', case_id, at + interval '2 days', at,
       case when age > 3 then at + interval '1 day' end, md5('officer' || n % 20)::uuid, 'done'
  from new_case where dice % 10 = 0;
insert into alert (case_id, milestone_id, trigger, happened_at, received_at, told_at)
select case_id, 'm' || n, 'suspect_bailed', at, at, at from new_case where dice % 50 = 0;
insert into consent (consent_id, person_id, case_id, purpose, line, scope, how, given_by, taken_by, taken_at,
    expires_at)
select md5('consent' || n)::uuid, person_id, case_id, 'support', 'general', '{{contact}}', 'phone', 'self',
       md5('officer' || n % 20)::uuid, at, at + interval '1 year' from new_case where dice % 5 < 3;
insert into same_person (person_id, other_id, matched, proposed_at, same, decided_by, decided_at)
select least(person_id, other), greatest(person_id, other), '{{name_and_birth}}', at,
       case when age > 30 then dice % 3 = 0 end, case when age > 30 then md5('officer0')::uuid end,
       case when age > 30 then at + interval '3 days' end
  from new_case, lateral (select md5('person' || n - 1)::uuid as other) o
 where dice % 50 = 1 and n % 5 = 3;
"""
# Draws 1 to 5 are how long each step took, as a share of the longest; nothing happens after now. Each step is worked
# out once: put into one another they would be worked out a thousand times.
REFERRALS = """
insert into new_referral
with made as materialized (
    select c.*, k, p.restricted, p.age_band, coalesce(p.home_local_authority, p.local_authority) as area,
           abs(hashint8extended(8 * c.n + k, 5) % 10000)::int as luck,
           array(select abs(hashint8extended(8 * c.n + k, 10 + i) % 10000)::float8 / 10000
                   from generate_series(1, 5) as i) as draw,
           abs(hashint8extended(8 * c.n + k, 6) % 100000)::float8 / 100000 as which
      from new_case c join proto.case_file p using (place), generate_series(1, c.referrals) as k
), told as materialized (
    select m.*, w.line, w.contract_id, w.provider_id,
           case when m.state = 'waiting' then case when luck % 3 = 0 then 'triaged' else 'received' end
                when m.state = 'active' and k = 1 then case
                    when age < 1 then case when luck < 8000 then 'sent' else 'accepted' end
                    when age < 4 then case when luck < 2000 then 'sent' when luck < 8000 then 'accepted'
                                           when luck < 9000 then 'waitlisted' else 'in_support' end
                    when luck < 100 then 'sent' when luck < 600 then 'accepted' when luck < 1600 then 'waitlisted'
                    when luck < 9200 then 'in_support' else 'on_hold' end
                when luck < 7200 then 'completed' when luck < 8200 then 'ended_early'
                when luck < 8800 then 'declined_by_victim' when luck < 9400 then 'unreachable'
                else 'withdrawn' end as now
      from made m join proto.contract w on w.number = width_bucket(m.which, {up_to})
), sent as materialized (
    select *, at + least(age, (k - 1) * 40) * interval '1 day' as received from told
), timed as materialized (
    select *, received + least({left_received}, 2 * power(draw[1], 3)) * interval '1 day' as sent from sent
), opened as materialized (
    select *, sent + least({left_sent}, power(draw[2], 2)) * interval '1 day' as viewed from timed
), answered as materialized (
    select *, viewed + least({left_viewed}, 3 * power(draw[3], 2)) * interval '1 day' as answered from opened
), begun as materialized (
    select *, answered + least({left_answered}, 8 * draw[4]) * interval '1 day' as begun from answered
)
select n, k, md5('referral' || n || '/' || k)::uuid, case_id, person_n, person_id, reference, restricted,
    age_band, area,
       line, contract_id, provider_id, now, draw, luck, received,
       case when now not in ('received', 'triaged') then sent end,
       case when now not in ('received', 'triaged') and (now <> 'sent' or luck % 2 = 0) then viewed end,
       case when now not in ('received', 'triaged', 'sent') then answered end,
       case when now in ('in_support', 'on_hold', 'completed', 'ended_early') then begun end,
       case when now in ('completed', 'ended_early', 'declined_by_victim', 'unreachable', 'withdrawn')
            then begun + least({left_begun}, 160 * power(draw[5], 2)) * interval '1 day' end,
       case when luck % 16 = 0 then 2 else 1 end
  from begun
"""
_LEFT = "extract(epoch from '{now}'::timestamptz - {{}})::float8 / 86400"


def left(now: str) -> dict[str, str]:
    """SQL: the days from each step until now."""
    days = _LEFT.format(now=now)
    return {f"left_{step}": days.format(step) for step in ("received", "sent", "viewed", "answered", "begun")}


LEGS_TO_PACK = """
select md5('leg' || n || '/' || k || '/' || i)::uuid as leg_id, person_n, reference, age_band, area
  from new_referral, generate_series(1, tries) as i where sent_at is not null
"""
_WITH = "('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold')"
_CURRENT = "md5('leg' || n || '/' || k || '/' || tries)::uuid"
_LEG_STATE = """case r.state when 'in_support' then 'accepted' when 'on_hold' then 'accepted'
            when 'sent' then 'sent' when 'accepted' then 'accepted' when 'waitlisted' then 'waitlisted'
            when 'withdrawn' then 'withdrawn' else 'ended' end"""
_OVER_HOW = """case r.state when 'completed' then 'support.completed.v1' when 'ended_early'
            then 'support.ended-early.v1' else 'referral.withdrawn.v1' end"""
WRITE_REFERRALS = f"""
insert into referral (referral_id, case_id, line, state, source, automatic, urgent, leg_id, provider_id, contract_id,
                      received_at, triaged_at, first_attempt_at, reached_at, sent_at, viewed_at, answered_at,
                          accepted_at,
                      started_at, paused_at, ended_at, reason, attempts, gate, settled, updated_at, review_on,
                          check_in_on)
select referral_id, case_id, line, state, 'police', dice % 3 > 0, dice % 25 = 0,
       case when sent_at is not null then {_CURRENT} end,
       case when sent_at is not null then provider_id end, case when sent_at is not null then contract_id end,
       received_at, received_at, answered_at, started_at, sent_at, viewed_at, null, answered_at,
       started_at, case when state = 'on_hold' then started_at + interval '9 days' end, ended_at,
       case when ended_at is not null then 'needs_met' end, 1, 'police_share', true,
       coalesce(ended_at, started_at, answered_at, sent_at, received_at),
       case when state = 'on_hold' then (received_at + interval '60 days')::date end,
       case when state = 'waitlisted' then (received_at + interval '30 days')::date end
  from new_referral;
insert into leg (leg_id, referral_id, case_id, person_id, number, reference, line, provider_id, contract_id, state,
                 automatic, restricted, gate, sent_at, out_at, viewed_at, answered_at, decline_reason, assigned_to,
                 pack, pack_fields, pack_sha256, ended_at, urgent, contacted_at)
select p.leg_id, r.referral_id, r.case_id, r.person_id, i, r.reference, r.line,
       case when i = r.tries then r.provider_id else w.provider_id end,
       case when i = r.tries then r.contract_id else w.contract_id end,
       case when i = r.tries then {_LEG_STATE} else 'declined' end,
       r.dice % 3 > 0, r.restricted, 'police_share', r.sent_at, r.sent_at,
       case when i < r.tries then r.sent_at else r.viewed_at end,
       case when i < r.tries then r.sent_at else r.answered_at end,
       case when i < r.tries then 'capacity' end,
       case when r.dice % 5 > 0 then md5(r.provider_id || '/' || r.dice % 8)::uuid end,
       p.pack, '{{pack_fields}}'::text[], p.sha256, case when i < r.tries then r.sent_at else r.ended_at end,
       i = r.tries and r.dice % 25 = 0, case when i = r.tries or w.provider_id = r.provider_id then r.started_at end
  from new_referral r, generate_series(1, r.tries) as i, new_pack p, proto.contract w
 where p.leg_id = md5('leg' || r.n || '/' || r.k || '/' || i)::uuid
   and w.number = abs(hashint8extended(r.n, 7) % {{contracts}});
insert into contact_attempt (attempt_id, case_id, referral_id, provider_id, channel, outcome, reached, for_support, at,
                             by_id, by_role)
select md5('try' || n || '/' || k)::uuid, case_id, referral_id, provider_id, 'mobile',
       case when started_at is null then 'no_answer' else 'spoke' end, started_at is not null, true,
       coalesce(started_at, answered_at), md5(provider_id || '/' || dice % 8)::uuid, 'idva.worker'
  from new_referral where answered_at is not null;
insert into case_event (case_id, happened_at, type, referral_id, leg_id, actor_role, data)
select case_id, e.at, e.type, referral_id, {_CURRENT}, e.role, json_build_object('line', line)
  from new_referral r, lateral (values
       (sent_at, 'referral.sent.v1', 'system'), (answered_at, 'referral.accepted.v1', 'idva.worker'),
       (started_at, 'support.started.v1', 'idva.worker'),
       (ended_at, {_OVER_HOW}, 'idva.worker')) as e(at, type, role)
 where e.at is not null order by e.at;
insert into end_report (leg_id, case_id, provider_id, how, reason, next_step, at, by_id)
select {_CURRENT}, case_id, provider_id, state, 'needs_met', 'nothing', ended_at, md5(provider_id || '/0')::uuid
  from new_referral where state in ('completed', 'ended_early');
insert into leg_steps (leg_id, provider_id, state, restricted, assigned_to, accepted_at, started_at, over_at, over_how,
                       end_reason, counted_until)
select l.leg_id, l.provider_id, l.state, l.restricted, l.assigned_to,
       case when r.answered_at is not null then array[r.answered_at] end, r.started_at, r.ended_at,
       case when r.ended_at is not null then {_OVER_HOW} end,
       case when r.state in ('completed', 'ended_early') then 'needs_met' end,
       case when r.started_at is not null and r.ended_at is null then 'infinity'
            else greatest(r.answered_at, r.started_at, r.ended_at) end
  from new_referral r join leg l on l.leg_id = {_CURRENT}
 where coalesce(r.answered_at, r.started_at, r.ended_at) is not null;
insert into appointment (appointment_id, leg_id, case_id, provider_id, starts_at, way, state, booked_at, booked_by)
select md5('meeting' || n || '/' || k)::uuid, {_CURRENT}, case_id, provider_id,
       case when ended_at is null then '{{now}}'::timestamptz + (dice % 30) * interval '1 day' else started_at end,
       'phone',
       case when ended_at is null then 'booked' else 'attended' end, started_at, md5(provider_id || '/0')::uuid
  from new_referral where started_at is not null;
"""
OF_VIEWERS = """
insert into case_look (worker_id, case_id, looked_at, entry)
select w.id, case_id, updated_at, coalesce((select max(id) - abs(hashint8(n)) % 2 from case_event e
                                             where e.case_id = c.case_id), 0)
  from unnest($1::uuid[]) as w(id),
       lateral (select case_id, updated_at, row_number() over () as n from case_file where state <> 'closed'
                 order by md5(case_id::text || w.id) limit 1500) c;
"""
EMPTIED = (
    "crime, suspect, person, person_sealed, person_index, same_person, channel, sealed_arrival, case_file, routing,"
    " case_sealed, case_clock, case_event, task, alert, note, referral, leg, consent, contact_attempt, mail,"
    " limit_rest, silence_step, proposed_leg, kit.audit, kit.audit_chain, kit.inbox, kit.outbox, kit.sequence"
)
