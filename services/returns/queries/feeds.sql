-- Milestones and notices heard from each agency in the period, by who sent them: how far its feed covers the period.
select 'feed_events' as measure, md5('fact/' || f.position)::uuid as unit, null::uuid as case_id, f.crime_id,
       null::text as local_authority, null::text as offence_group, null::text as age_band, null::text as sex,
       null::text as ethnicity_group, null::text as enhanced, 'source' as other_split, f.source as other_category
  from fact f
 where f.type in ('justice.milestone.reached.v1', 'justice.notice.given.v1')
   and f.happened_at >= :start and f.happened_at < :end and f.position <= :position and f.event_time <= :cut_off
