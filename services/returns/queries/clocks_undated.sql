-- Duties that arose in the period and to which the Code gives no day. One row per clock and measure.
with started as (
    select distinct on (clock) clock, started_at
      from (select coalesce(clock_id, md5(case_id || '/' || entitlement || '/' || coalesce(milestone_id, ''))::uuid)
                   as clock, started_at, position
              from fact
             where type in ('entitlement.due.v1', 'clock.replanned.v1') and case_id is not null
               and position <= :position and event_time <= :cut_off) told
     order by clock, position desc
)
select k.entitlement || '.' || m.state as measure, k.clock as unit, k.case_id, c.crime_id,
       coalesce(c.local_authority, 'unplaced') as local_authority,
       coalesce(c.offence_group, 'not_recorded') as offence_group, coalesce(c.age_band, 'not_recorded') as age_band,
       coalesce(c.sex, 'not_recorded') as sex, coalesce(c.ethnicity_group, 'not_recorded') as ethnicity_group,
       case when k.enhanced then 'enhanced' else 'standard' end as enhanced,
       null::text as other_split, null::text as other_category
  from clock_as_of(:cut_off, :position) k
  join started s using (clock)
  left join case_as_of(:cut_off, :position) c on c.case_id = k.case_id
 cross join lateral (values
       ('undated', true),
       ('undated_met', k.state in ('met', 'met_late')),
       ('undated_not_evidenced', k.state in ('running', 'not_evidenced') and not k.covered),
       ('undated_open', k.state in ('running', 'breached') and k.covered),
       ('undated_ended', k.state in ('declined', 'excepted', 'unable', 'not_applicable')
                         or (k.state = 'not_evidenced' and k.covered))
       ) as m(state, counts)
 where m.counts and k.due_at is null and s.started_at >= :start and s.started_at < :end
