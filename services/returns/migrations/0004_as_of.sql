-- What was known at a cut-off: an instant of the events' own time, and the archive position frozen with it.
-- Each is one plain select, so that PostgreSQL takes it into the query that calls it.

create function crime_as_of(_cut timestamptz, _position bigint)
returns table (crime_id uuid, at_position bigint, recorded_at timestamptz, offence_code text, offence_group text,
               offence_subgroup text, incident_kind text, domestic boolean, flags text[], local_authority text,
               outcome_code text, outcome_at timestamptz, outcome_reasons text[])
language sql stable as $$
    select distinct on (crime_id)
           crime_id, position, recorded_at, offence_code,
           case when offence_code is null then 'incident' else coalesce(offence_group, 'unclassified') end,
           offence_subgroup, incident_kind, domestic, flags, coalesce(local_authority, 'unplaced'),
           outcome_code, outcome_at, outcome_reasons
      from fact
     where type in ('police.crime.recorded.v1', 'police.crime.updated.v1')
       and position <= _position and event_time <= _cut
     order by crime_id, revision desc, position desc
$$;

create function enhanced_as_of(_cut timestamptz, _position bigint)
returns table (case_id uuid, enhanced text)
language sql stable as $$
    select case_id, case when bool_or(enhanced) then 'enhanced' else 'standard' end
      from fact
     where type in ('entitlement.due.v1', 'clock.replanned.v1') and position <= _position and event_time <= _cut
     group by case_id
$$;

-- The people of each crime as its last snapshot names them.
create function person_as_of(_cut timestamptz, _position bigint)
returns table (case_id uuid, crime_id uuid, person_id uuid, kind text, recorded_at timestamptz, offence_code text,
               domestic boolean, local_authority text, offence_group text, age_band text, sex text,
               ethnicity_group text, enhanced text)
language sql stable as $$
    select p.case_id, p.crime_id, p.person_id, p.kind, c.recorded_at, c.offence_code, c.domestic,
           coalesce(p.home_local_authority, c.local_authority), c.offence_group, p.age_band, p.sex,
           p.ethnicity_group, coalesce(e.enhanced, 'not_recorded')
      from crime_as_of(_cut, _position) c
      join person_fact p on p.position = c.at_position
      left join enhanced_as_of(_cut, _position) e on e.case_id = p.case_id
$$;

-- Every case ever announced, with the last that was known of its person; people who were taken out of a later snapshot
-- keep what the last snapshot said that named them.
create function case_as_of(_cut timestamptz, _position bigint)
returns table (case_id uuid, crime_id uuid, person_id uuid, kind text, reported boolean, opened_at timestamptz,
               local_authority text, offence_group text, age_band text, sex text, ethnicity_group text, enhanced text)
language sql stable as $$
    with named as (
        select distinct on (p.case_id) p.*, f.local_authority as place, f.offence_code, f.offence_group
          from person_fact p join fact f using (position)
         where p.case_id is not null and f.position <= _position and f.event_time <= _cut
         order by p.case_id, f.revision desc, f.position desc
    ), announced as (
        select distinct on (case_id) case_id, crime_id, person_id, kind, reported, local_authority as place,
               home_local_authority, offence_code, offence_group, age_band, sex, ethnicity_group,
               min(happened_at) filter (where type = 'case.opened.v1') over (partition by case_id) as opened_at
          from fact
         where type in ('case.opened.v1', 'case.updated.v1') and position <= _position and event_time <= _cut
         order by case_id, position desc
    )
    select a.case_id, a.crime_id, coalesce(n.person_id, a.person_id, a.case_id), coalesce(n.kind, a.kind),
           a.crime_id is not null, a.opened_at,
           coalesce(n.home_local_authority, n.place, a.home_local_authority, a.place, 'unplaced'),
           case when coalesce(n.offence_code, a.offence_code) is not null
                then coalesce(n.offence_group, a.offence_group, 'unclassified')
                when a.crime_id is null then 'not_recorded' else 'incident' end,
           coalesce(n.age_band, a.age_band, 'not_recorded'), coalesce(n.sex, a.sex, 'not_recorded'),
           coalesce(n.ethnicity_group, a.ethnicity_group, 'not_recorded'), coalesce(e.enhanced, 'not_recorded')
      from announced a
      left join named n using (case_id)
      left join enhanced_as_of(_cut, _position) e using (case_id)
$$;

-- Each clock with its last plan and the last that was said of it.
create function clock_as_of(_cut timestamptz, _position bigint)
returns table (clock uuid, case_id uuid, entitlement text, due_at timestamptz, enhanced boolean, covered boolean,
               state text, entered_late boolean)
language sql stable as $$
    with told as (
        select coalesce(clock_id, md5(case_id || '/' || entitlement || '/' || coalesce(milestone_id, ''))::uuid) as clock,
               case_id, entitlement, due_at, enhanced, covered, state, evidence_entered_late, type, position
          from fact
         where entitlement is not null and case_id is not null and position <= _position and event_time <= _cut
    ), planned as (
        select distinct on (clock) clock, case_id, entitlement, due_at, enhanced,
               bool_or(covered) over (partition by clock) as covered
          from told where type in ('entitlement.due.v1', 'clock.replanned.v1')
         order by clock, position desc
    ), ended as (
        select distinct on (clock) clock, state, evidence_entered_late
          from told
         where state is not null
         order by clock, position desc
    )
    select p.clock, p.case_id, p.entitlement, p.due_at, p.enhanced, coalesce(p.covered, false), coalesce(e.state, 'running'),
           coalesce(e.evidence_entered_late, false)
      from planned p left join ended e using (clock)
$$;

-- Each referral with the last that was said of it before an instant, and whether its person was reached for support.
create function referral_as_of(_cut timestamptz, _position bigint, _at timestamptz)
returns table (referral_id uuid, case_id uuid, line text, state text, since timestamptz, contacted boolean)
language sql stable as $$
    with told as (
        select * from fact
         where referral_id is not null and position <= _position and event_time <= _cut and happened_at < _at
           and type not like 'feedback.%'
    ), contacts as (
        select referral_id from told
         where type = 'support.started.v1' or (type = 'contact.attempted.v1' and reached and for_support)
         group by referral_id
    ), last as (
        select distinct on (referral_id) referral_id, case_id, line, state,
               min(happened_at) over (partition by referral_id) as since
          from told where state is not null
         order by referral_id, happened_at desc, position desc
    )
    select l.referral_id, l.case_id, l.line, l.state, l.since, c.referral_id is not null
      from last l left join contacts c using (referral_id)
$$;
