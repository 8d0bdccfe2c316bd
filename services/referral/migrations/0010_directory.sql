-- The directory that is kept by pages: changes of contracts from a day on, which directory a decision stood on, and the
-- weekly answer about a list that needs no sign-in.

create table contract_version (
    version_id uuid primary key,
    contract_id uuid not null,
    provider_id uuid not null,
    effective_from date not null,
    kind text not null check (kind in ('added', 'changed', 'ended')),
    entry jsonb not null,
    made_at timestamptz not null,
    made_by uuid,
    cancelled_at timestamptz,
    cancelled_by uuid
);
create index contract_version_of on contract_version (contract_id, effective_from, made_at);
comment on column contract_version.version_id is 'plain: which version; made by the form, or computed from what was imported';
comment on column contract_version.contract_id is 'plain: of which contract';
comment on column contract_version.provider_id is 'plain: whose contract';
comment on column contract_version.effective_from is 'plain: the first day on which it counts';
comment on column contract_version.kind is 'plain: added, changed or ended';
comment on column contract_version.entry is 'plain: the whole contract as it stands from that day, as in directory.yaml';
comment on column contract_version.made_at is 'plain: when it was entered';
comment on column contract_version.made_by is 'plain: who entered it';
comment on column contract_version.cancelled_at is 'plain: when it was taken back, before its day; null = it stands';
comment on column contract_version.cancelled_by is 'plain: who took it back';

create table directory_used (
    version text primary key,
    document jsonb not null,
    first_used_at timestamptz not null
);
comment on column directory_used.version is 'plain: name of a directory as it stood, from its content';
comment on column directory_used.document is 'plain: that directory, every contract with the state of its list';
comment on column directory_used.first_used_at is 'plain: when a decision first stood on it';

alter table routing add column directory_version text;
comment on column routing.directory_version is 'plain: the directory that the decision stood on; null = before it was kept';

create table capacity_reply (
    contract_id uuid not null,
    week text not null,
    provider_id uuid not null,
    state text not null,
    answered_at timestamptz not null,
    primary key (contract_id, week)
);
comment on column capacity_reply.contract_id is 'plain: about which contract';
comment on column capacity_reply.week is 'plain: the week that was asked about, "2026-W48"';
comment on column capacity_reply.provider_id is 'plain: whose contract';
comment on column capacity_reply.state is 'plain: open, limited or closed';
comment on column capacity_reply.answered_at is 'plain: when the link was used';

create index case_event_nobody_place on case_event ((data ->> 'local_authority'), (data ->> 'line'), happened_at)
    where type = 'nobody-available.v1';

do $$
declare
    name text;
begin
    foreach name in array array['contract_version', 'directory_used', 'capacity_reply'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
        execute format('grant select, insert on %I to {database}_hub', name);
    end loop;
end
$$;
-- A version is never changed: it can be taken back before its day, and what counts then is the one before it.
grant update (cancelled_at, cancelled_by) on contract_version to {database}_hub;
create policy portal on contract_version to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid));
grant select on contract_version to {database}_portal;
