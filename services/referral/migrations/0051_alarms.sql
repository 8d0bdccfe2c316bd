-- What a provider found is told to everybody who helps the person: that it is not safe, that the risk is higher, that the
-- person died. A risk that rose makes what is open urgent from then on: its limit runs by the clock from that moment, and
-- what was answered before is measured by the limit it was sent with.

alter table alert add column heard_from uuid;
comment on column alert.heard_from is 'plain: the leg whose provider said so, which is not written to about its own word; null where nobody of ours did';
comment on column alert.trigger is 'plain: what happened: bail, release, order, escape, or what a service found: contact_unsafe, risk_raised, person_died';
alter table leg add column urgent_since timestamptz;
comment on column leg.urgent_since is 'plain: when the risk rose while a provider had this; null where it did not';
drop index leg_open;
create index leg_open on leg (provider_id, sent_at, leg_id)
    include (case_id, contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, asked_at, contacted_at,
             rested, urgent_since)
    where state in ('sent', 'accepted', 'waitlisted');
alter table channel_lock alter column locked_by drop not null;
comment on column channel_lock.locked_by is 'plain: who locked it; null where a rule did';
