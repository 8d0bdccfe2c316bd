-- People whose second or third (or later) crime or incident in twelve months falls in the period. One row per person
-- and measure, under the first crime that made it so. Records that a human found to be of one person count as one.
with harmed as (
    select p.*, coalesce(s.same_as, p.person_id) as one,
           count(*) over (partition by coalesce(s.same_as, p.person_id) order by p.recorded_at
                          range between interval '12 months' preceding and current row) as nth,
           count(*) filter (where p.domestic) over (
                          partition by coalesce(s.same_as, p.person_id) order by p.recorded_at
                          range between interval '12 months' preceding and current row) as nth_domestic
      from person_as_of(:cut_off, :position) p
      left join same_person_as_of(:cut_off, :position) s using (person_id)
     where p.kind not in ('business', 'deceased', 'witness')
)
select distinct on (m.measure, h.one)
       m.measure, h.one as unit, h.case_id, h.crime_id, h.local_authority, h.offence_group, h.age_band, h.sex,
       h.ethnicity_group, h.enhanced, null::text as other_split, null::text as other_category
  from harmed h
 cross join lateral (values
       ('repeat_victims', h.nth >= 2),
       ('repeat_victims_3', h.nth >= 3),
       ('repeat_victims_domestic', h.domestic and h.nth_domestic >= 2),
       ('repeat_victims_3_domestic', h.domestic and h.nth_domestic >= 3)
       ) as m(measure, counts)
 where m.counts and h.recorded_at >= :start and h.recorded_at < :end
 order by m.measure, h.one, h.recorded_at, h.crime_id
