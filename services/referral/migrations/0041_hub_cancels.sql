-- The end of a referral cancels the appointments to come under it, whoever ends it. The hub may do this alone to one that
-- is booked, and may write nothing else of it.

alter table appointment drop constraint appointment_whose_check;
alter table appointment add constraint appointment_whose_check check (whose in ('person', 'worker', 'service', 'hub'));
comment on column appointment.whose is 'plain: whose reason it was: person, worker, service or hub';
comment on column appointment.recorded_by is 'plain: by which worker, of the provider or of the hub';

grant update (state, whose, reason, recorded_at, recorded_by) on appointment to {database}_hub;
create policy hub_cancels on appointment as restrictive for update to {database}_hub
    using (state = 'booked') with check (state = 'cancelled');
