-- Cases for which the hub knows, in the period, that a first responder offered, or the person declined, or was referred
-- to, the National Referral Mechanism. One row per case.
select distinct on (c.case_id)
       'nrm_referrals_known' as measure, c.case_id as unit, c.case_id, c.crime_id, c.local_authority, c.offence_group,
       c.age_band, c.sex, c.ethnicity_group, c.enhanced, 'nrm' as other_split, f.nrm as other_category
  from fact f
  join case_as_of(:cut_off, :position) c on c.case_id = f.case_id
 where f.nrm = 'referred' and f.happened_at >= :start and f.happened_at < :end
   and f.position <= :position and f.event_time <= :cut_off
 order by c.case_id, f.position
