-- Everyone referred without a first contact when the period ended, by how far their referral had come. One row per
-- person, under the referral that has waited longest.
select distinct on (c.person_id)
       'waiting_at_end' as measure, c.person_id as unit, c.case_id, c.crime_id, c.local_authority, c.offence_group,
       c.age_band, c.sex, c.ethnicity_group, c.enhanced, 'stage' as other_split, r.state as other_category
  from referral_as_of(:cut_off, :position, :end) r
  join case_as_of(:cut_off, :position) c on c.case_id = r.case_id
 where not r.contacted
   and r.state not in ('completed', 'ended_early', 'declined_by_victim', 'unreachable', 'withdrawn')
 order by c.person_id, r.since, r.referral_id
