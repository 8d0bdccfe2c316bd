-- People of the crimes and incidents recorded in the period. One row per person and measure: a person who was harmed
-- more than once counts once, under the first of them.
select distinct on (m.measure, p.person_id)
       m.measure, p.person_id as unit, p.case_id, p.crime_id, p.local_authority, p.offence_group, p.age_band, p.sex,
       p.ethnicity_group, p.enhanced, null::text as other_split, null::text as other_category
  from person_as_of(:cut_off, :position) p
 cross join lateral (values
       ('victims_recorded', p.kind not in ('business', 'deceased')),
       ('bereaved_recorded', p.kind = 'bereaved'),
       ('witnesses_recorded', p.kind = 'witness'),
       ('businesses_recorded', p.kind = 'business'),
       ('deceased_recorded', p.kind = 'deceased'),
       ('victims_supported', p.kind not in ('business', 'deceased') and exists (
            select from fact s
             where s.case_id = p.case_id and s.type = 'support.started.v1'
               and s.position <= :position and s.event_time <= :cut_off
               and s.happened_at <= p.recorded_at + interval '90 days'))
       ) as m(measure, counts)
 where m.counts and p.recorded_at >= :start and p.recorded_at < :end
 order by m.measure, p.person_id, p.recorded_at, p.crime_id
