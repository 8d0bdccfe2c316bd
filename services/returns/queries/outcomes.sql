-- Crimes whose outcome, as last known, was given in the period. One row per crime, measure and reason.
select m.measure, c.crime_id as unit, null::uuid as case_id, c.crime_id, c.local_authority, c.offence_group,
       null::text as age_band, null::text as sex, null::text as ethnicity_group, null::text as enhanced,
       case when m.measure like 'outcome\_%' then 'reason' end as other_split,
       case when m.measure like 'outcome\_%' then coalesce(r.reason, 'not_recorded') end as other_category
  from crime_as_of(:cut_off, :position) c
  left join lateral unnest(c.outcome_reasons) as r(reason) on true
 cross join lateral (values
       ('outcome_14', c.outcome_code = '14'),
       ('outcome_15', c.outcome_code = '15'),
       ('outcome_16', c.outcome_code = '16'),
       ('positive_outcomes_domestic_abuse', c.domestic and c.outcome_code = any(:positive)),
       ('positive_outcomes_rape', c.offence_subgroup = 'rape' and c.outcome_code = any(:positive)),
       ('positive_outcomes_stalking_harassment',
        c.offence_subgroup = 'stalking-and-harassment' and c.outcome_code = any(:positive))
       ) as m(measure, counts)
 where m.counts and c.offence_code is not null and c.outcome_at >= :start and c.outcome_at < :end
