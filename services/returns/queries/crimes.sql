-- Crimes and incidents recorded in the period. One row per crime and measure.
select m.measure, c.crime_id as unit, null::uuid as case_id, c.crime_id, c.local_authority, c.offence_group,
       null::text as age_band, null::text as sex, null::text as ethnicity_group, null::text as enhanced,
       null::text as other_split, null::text as other_category
  from crime_as_of(:cut_off, :position) c
 cross join lateral (values
       ('crimes_recorded', c.offence_code is not null),
       ('incidents_recorded', c.offence_code is null),
       ('crimes_recorded_domestic_abuse', c.offence_code is not null and c.domestic),
       ('crimes_recorded_rape', c.offence_subgroup = 'rape'),
       ('crimes_recorded_stalking_harassment', c.offence_subgroup = 'stalking-and-harassment'),
       ('positive_outcomes_domestic_abuse_cohort',
        c.offence_code is not null and c.domestic and c.outcome_code = any(:positive)),
       ('positive_outcomes_rape_cohort', c.offence_subgroup = 'rape' and c.outcome_code = any(:positive)),
       ('positive_outcomes_stalking_harassment_cohort',
        c.offence_subgroup = 'stalking-and-harassment' and c.outcome_code = any(:positive)),
       ('open_domestic_abuse', c.offence_code is not null and c.domestic and coalesce(c.outcome_code, '0') = '0'),
       ('open_rape', c.offence_subgroup = 'rape' and coalesce(c.outcome_code, '0') = '0'),
       ('open_stalking_harassment',
        c.offence_subgroup = 'stalking-and-harassment' and coalesce(c.outcome_code, '0') = '0')
       ) as m(measure, counts)
 where m.counts and c.recorded_at >= :start and c.recorded_at < :end
