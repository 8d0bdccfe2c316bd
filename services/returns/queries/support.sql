-- People supported in the period. One row per person and measure, under the first contact that counts.
select distinct on (m.measure, c.person_id)
       m.measure, c.person_id as unit, c.case_id, c.crime_id, c.local_authority, c.offence_group, c.age_band, c.sex,
       c.ethnicity_group, c.enhanced, 'line' as other_split, coalesce(s.line, 'not_recorded') as other_category
  from fact s
  join case_as_of(:cut_off, :position) c on c.case_id = s.case_id
 cross join lateral (values
       ('people_supported', true),
       ('supported_unreported', s.type = 'support.started.v1' and not c.reported)
       ) as m(measure, counts)
 where m.counts
   and (s.type = 'support.started.v1' or (s.type = 'contact.attempted.v1' and s.for_support and s.reached))
   and s.happened_at >= :start and s.happened_at < :end
   and s.position <= :position and s.event_time <= :cut_off
 order by m.measure, c.person_id, s.happened_at, s.position
