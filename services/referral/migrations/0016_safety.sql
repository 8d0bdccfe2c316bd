-- What keeps people safe: access ends with the agreement, holds that a leader lifted, numbers that are a person's no more,
-- attempts sooner than the pace, and since when a provider can see a leg.

alter table consent add column ran_out_at timestamptz;
comment on column consent.ran_out_at is 'plain: when what stood on it was closed because it had run out';
create index consent_to_run_out on consent (expires_at, consent_id)
    where gate = 'agreement' and expires_at is not null and withdrawn_at is null and ran_out_at is null;

-- A leg that its provider may not see until the person agrees again. The row says to the provider that it is so.
create table lapsed_leg (
    leg_id uuid primary key references leg,
    referral_id uuid not null,
    case_id uuid not null,
    provider_id uuid not null,
    reference text not null,
    line text not null,
    restricted boolean not null,
    assigned_to uuid,
    since timestamptz not null
);
comment on column lapsed_leg.leg_id is 'plain: which leg its provider does not see now';
comment on column lapsed_leg.referral_id is 'plain: of which referral';
comment on column lapsed_leg.case_id is 'plain: of which case';
comment on column lapsed_leg.provider_id is 'plain: whose leg';
comment on column lapsed_leg.reference is 'plain: short reference of the case';
comment on column lapsed_leg.line is 'plain: service line';
comment on column lapsed_leg.restricted is 'plain: of a restricted person: told to the named worker alone';
comment on column lapsed_leg.assigned_to is 'plain: the provider''s worker';
comment on column lapsed_leg.since is 'plain: since when the agreement has run out';
create index lapsed_leg_of_provider on lapsed_leg (provider_id, since);
create index lapsed_leg_of_case on lapsed_leg (case_id);
alter table lapsed_leg enable row level security;
alter table lapsed_leg force row level security;
create policy worker on lapsed_leg to {database}_worker using (true) with check (true);
create policy hub on lapsed_leg to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = lapsed_leg.case_id));
create policy portal on lapsed_leg for select to {database}_portal
    using ((provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
            and (not restricted or current_setting('app.restricted', true) = 'on'
                 or assigned_to = (select nullif(current_setting('app.user_id', true), '')::uuid)))
           or leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid));
grant select, insert, update, delete on lapsed_leg to {database}_worker, {database}_hub;
grant select on lapsed_leg to {database}_portal;
-- The provider sees nothing of such a leg, nor of what hangs on it, whichever way it comes.
alter table leg add column lapsed_at timestamptz, add column out_at timestamptz;
comment on column leg.lapsed_at is 'plain: since when its provider may not see it, because the agreement has run out';
comment on column leg.out_at is 'plain: since when its provider can see it, by the clock on the wall; silence counts from here';
create policy lapsed on leg as restrictive to {database}_portal using (lapsed_at is null);

-- Numbers and addresses that a worker found not to be the person's any more; a record of theirs does not take one again.
create table retired_value (
    person_id uuid not null references person,
    kind text not null,
    value_index bytea not null,
    value bytea,
    instead bytea,
    reason text not null,
    retired_by uuid not null,
    retired_by_role text not null,
    retired_at timestamptz not null,
    primary key (person_id, kind, value_index)
);
comment on column retired_value.person_id is 'plain: in whose record it stood';
comment on column retired_value.kind is 'plain: kind of channel';
comment on column retired_value.value_index is 'personal: blind index of the number or address';
comment on column retired_value.value is 'personal: the number or address, sealed under the person''s key';
comment on column retired_value.instead is 'personal: blind index of what stands in its place, from another record of the same person';
comment on column retired_value.reason is 'plain: coded reason';
comment on column retired_value.retired_by is 'plain: who decided';
comment on column retired_value.retired_by_role is 'plain: in which role';
comment on column retired_value.retired_at is 'plain: when';
alter table retired_value enable row level security;
alter table retired_value force row level security;
create policy worker on retired_value to {database}_worker using (true) with check (true);
create policy hub on retired_value to {database}_hub
    using (exists (select 1 from person p where p.person_id = retired_value.person_id));
grant select, insert, update, delete on retired_value to {database}_worker, {database}_hub;

-- The hold of a major incident that a leader lifted from a case; later news of the case does not raise it again.
create table incident_lift (
    case_id uuid primary key references case_file,
    reason text not null,
    lifted_by uuid not null,
    lifted_at timestamptz not null
);
comment on column incident_lift.case_id is 'plain: which case';
comment on column incident_lift.reason is 'plain: coded reason';
comment on column incident_lift.lifted_by is 'plain: the team leader';
comment on column incident_lift.lifted_at is 'plain: when';
alter table incident_lift enable row level security;
alter table incident_lift force row level security;
create policy worker on incident_lift to {database}_worker using (true) with check (true);
create policy hub on incident_lift to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = incident_lift.case_id));
grant select, insert, update, delete on incident_lift to {database}_worker, {database}_hub;

alter table contact_attempt add column sooner text;
comment on column contact_attempt.sooner is 'plain: coded reason for which it was made sooner than the pace allows';
