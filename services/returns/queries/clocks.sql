-- Clocks of the Code that fall due in the period. One row per clock and measure.
select k.entitlement || '.' || m.state as measure, k.clock as unit, k.case_id, c.crime_id,
       coalesce(c.local_authority, 'unplaced') as local_authority,
       coalesce(c.offence_group, 'not_recorded') as offence_group, coalesce(c.age_band, 'not_recorded') as age_band,
       coalesce(c.sex, 'not_recorded') as sex, coalesce(c.ethnicity_group, 'not_recorded') as ethnicity_group,
       case when k.enhanced then 'enhanced' else 'standard' end as enhanced,
       null::text as other_split, null::text as other_category
  from clock_as_of(:cut_off, :position) k
  left join case_as_of(:cut_off, :position) c on c.case_id = k.case_id
 cross join lateral (values
       ('due', true),
       (k.state, true),
       ('covered', k.covered),
       ('met_on_late_evidence', k.state = 'met' and k.entered_late)
       ) as m(state, counts)
 where m.counts and k.due_at >= :start and k.due_at < :end
