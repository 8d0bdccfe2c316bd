-- One-time links for providers that work without accounts: bound to one leg, single use, revocable by the hub.

create table leg_link (
    link_id uuid primary key,
    leg_id uuid not null references leg,
    referral_id uuid not null,
    case_id uuid not null,
    provider_id uuid not null,
    token_sha256 bytea not null unique,
    made_at timestamptz not null,
    made_by uuid not null,
    expires_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid,
    session_sha256 bytea unique,
    session_until timestamptz
);
create index leg_link_leg on leg_link (leg_id, made_at);
comment on column leg_link.link_id is 'plain: which link';
comment on column leg_link.leg_id is 'plain: the one leg it opens';
comment on column leg_link.referral_id is 'plain: of which referral';
comment on column leg_link.case_id is 'plain: of which case';
comment on column leg_link.provider_id is 'plain: for which provider';
comment on column leg_link.token_sha256 is 'plain: SHA-256 of the token; the token itself is not kept';
comment on column leg_link.made_at is 'plain: when it was made';
comment on column leg_link.made_by is 'plain: by which officer';
comment on column leg_link.expires_at is 'plain: until when it may be opened';
comment on column leg_link.used_at is 'plain: when it was opened; it opens once';
comment on column leg_link.revoked_at is 'plain: when the hub took it back, with its session';
comment on column leg_link.revoked_by is 'plain: by which officer';
comment on column leg_link.session_sha256 is 'plain: SHA-256 of the session it was exchanged for';
comment on column leg_link.session_until is 'plain: until when the session lasts';

alter table leg_link enable row level security;
alter table leg_link force row level security;
create policy worker on leg_link to {database}_worker using (true) with check (true);
grant select, insert, update, delete on leg_link to {database}_worker;
create policy hub on leg_link to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = leg_link.case_id))
    with check (exists (select 1 from leg l where l.leg_id = leg_link.leg_id and l.provider_id = leg_link.provider_id));
grant select, insert, update on leg_link to {database}_hub;
-- Nobody lists links: a row is there for whoever holds its token or its session, and for no one else.
create policy portal on leg_link to {database}_portal
    using (encode(token_sha256, 'hex') = nullif(current_setting('app.link', true), '')
           or encode(session_sha256, 'hex') = nullif(current_setting('app.link', true), ''));
grant select on leg_link to {database}_portal;
grant update (used_at, session_sha256, session_until) on leg_link to {database}_portal;

-- A link's session has no provider: what it sees is the one leg that is set, and what belongs to it.
create policy link on leg to {database}_portal
    using (leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid)
           and state <> 'leaving' and not restricted);
create policy link on contact_attempt to {database}_portal
    using (exists (select 1 from leg l where l.leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid)
                      and l.referral_id = contact_attempt.referral_id and l.provider_id = contact_attempt.provider_id));
do $$
declare
    name text;
begin
    foreach name in array array['assessment', 'need_score', 'appointment', 'outcome', 'end_report'] loop
        execute format('create policy link on %I to {database}_portal'
                       ' using (leg_id = (select nullif(current_setting(''app.leg_id'', true), '''')::uuid)'
                       ' and exists (select 1 from leg l where l.leg_id = %I.leg_id and l.case_id = %I.case_id'
                       ' and l.provider_id = %I.provider_id))', name, name, name, name);
    end loop;
end
$$;
