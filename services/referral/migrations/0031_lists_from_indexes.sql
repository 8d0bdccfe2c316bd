-- A provider's lists, tabs, alerts and its monitoring return are read from indexes that name the provider and hold what
-- row-level security asks of each leg.

drop index leg_open;
create index leg_open on leg (provider_id, sent_at, leg_id)
    include (case_id, contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, asked_at, contacted_at,
             rested)
    where state in ('sent', 'accepted', 'waitlisted');
drop index leg_ended;
create index leg_ended on leg (provider_id, ended_at desc nulls last, leg_id)
    include (contract_id, restricted, assigned_to, lapsed_at) where state = 'ended';
drop index leg_turned;
create index leg_turned on leg (provider_id, ended_at desc nulls last, leg_id)
    include (contract_id, restricted, assigned_to, lapsed_at) where state in ('withdrawn', 'declined');

create index appointment_over on appointment (provider_id, starts_at) where state <> 'booked';
create index assessment_at_end on assessment (provider_id, at) where stage = 'end';
