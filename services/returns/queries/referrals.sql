-- Referrals and their legs by what happened to them in the period. One row per unit and measure: the first time counts.
with told as (
    select s.type, s.referral_id, s.leg_id, s.case_id, s.line, s.happened_at,
           row_number() over (partition by s.type, s.referral_id order by s.happened_at, s.position) as nth,
           row_number() over (partition by s.type, s.leg_id order by s.happened_at, s.position) as nth_of_leg
      from fact s
     where s.type in ('referral.sent.v1', 'referral.accepted.v1', 'referral.declined.v1', 'support.completed.v1')
       and s.position <= :position and s.event_time <= :cut_off
)
select m.measure, m.unit, c.case_id, c.crime_id, c.local_authority, c.offence_group, c.age_band, c.sex,
       c.ethnicity_group, c.enhanced, 'line' as other_split, t.line as other_category
  from told t
  join case_as_of(:cut_off, :position) c on c.case_id = t.case_id
 cross join lateral (values
       ('referrals_sent', t.referral_id, t.type = 'referral.sent.v1' and t.nth = 1),
       ('legs_sent', t.leg_id, t.type = 'referral.sent.v1' and t.nth_of_leg = 1),
       ('referrals_accepted', t.referral_id, t.type = 'referral.accepted.v1' and t.nth = 1),
       ('referrals_declined', t.referral_id, t.type = 'referral.declined.v1' and t.nth = 1),
       ('support_completed', t.referral_id, t.type = 'support.completed.v1' and t.nth = 1)
       ) as m(measure, unit, counts)
 where m.counts and t.happened_at >= :start and t.happened_at < :end
