-- Cases opened in the period. One row per case.
select 'cases_opened' as measure, c.case_id as unit, c.case_id, c.crime_id, c.local_authority, c.offence_group,
       c.age_band, c.sex, c.ethnicity_group, c.enhanced, 'kind' as other_split, c.kind as other_category
  from case_as_of(:cut_off, :position) c
 where c.opened_at >= :start and c.opened_at < :end
