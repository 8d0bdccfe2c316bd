-- What is booked is followed in its order by an index alone, and so is whether a provider may see a case: legs are wide and
-- lie apart, and each that was read for it came from a block of its own.
drop index appointment_booked;
create index appointment_booked on appointment (provider_id, starts_at, appointment_id) include (leg_id, case_id, way)
    where state = 'booked';
drop index leg_case;
create index leg_case on leg (case_id) include (leg_id, provider_id, state, restricted, assigned_to, lapsed_at);
drop index case_person;
create index case_person on case_file (person_id, reported_at) include (case_id);
