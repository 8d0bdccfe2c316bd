-- Who was found to be the same person, and agencies that refer by a credential of their own.

create table linked_person (
    person_id uuid not null references person,
    other_id uuid not null references person,
    primary key (person_id, other_id),
    check (person_id <> other_id)
);
comment on column linked_person.person_id is 'plain: one person';
comment on column linked_person.other_id is 'plain: another record of the same person, as a worker decided; both ways, and through others';

alter table linked_person enable row level security;
alter table linked_person force row level security;
create policy worker on linked_person to {database}_worker using (true) with check (true);
create policy hub on linked_person to {database}_hub
    using (exists (select 1 from person p where p.person_id = linked_person.person_id)
           and exists (select 1 from person p where p.person_id = linked_person.other_id));
create policy portal on linked_person for select to {database}_portal
    using (exists (select 1 from case_file c where c.person_id = linked_person.person_id));
-- What makes a channel of the other record unsafe counts for a provider too; its value is never granted.
create policy portal_linked on channel for select to {database}_portal
    using (exists (select 1 from linked_person l where l.other_id = channel.person_id));
grant select, insert, update, delete on linked_person to {database}_worker;
grant select, insert, delete on linked_person to {database}_hub;
grant select on linked_person to {database}_portal;

alter table same_person add column noticed_at timestamptz;
comment on column same_person.noticed_at is 'plain: when the open cases of both were decided again because of the proposal';
create index same_person_unnoticed on same_person (proposed_at) where same is null and noticed_at is null;

create table agency (
    agency_id uuid primary key,
    name text not null,
    source text not null,
    credential_sha256 bytea not null unique,
    made_by uuid not null,
    made_at timestamptz not null,
    ended_at timestamptz,
    last_used_at timestamptz
);
comment on column agency.agency_id is 'plain: an agency that refers people by its own system';
comment on column agency.name is 'plain: its name';
comment on column agency.source is 'plain: how its referrals are counted';
comment on column agency.credential_sha256 is 'plain: SHA-256 of its credential; the credential itself is shown once and kept nowhere';
comment on column agency.made_by is 'plain: who made it';
comment on column agency.made_at is 'plain: when';
comment on column agency.ended_at is 'plain: since when its credential is refused';
comment on column agency.last_used_at is 'plain: when it last referred somebody';

create table agency_call (
    agency_id uuid not null references agency,
    key_sha256 bytea not null,
    body_sha256 bytea not null,
    status int not null,
    answer jsonb not null,
    at timestamptz not null,
    primary key (agency_id, key_sha256)
);
comment on column agency_call.agency_id is 'plain: which agency';
comment on column agency_call.key_sha256 is 'plain: SHA-256 of its Idempotency-Key';
comment on column agency_call.body_sha256 is 'personal: keyed digest of what it sent with the key';
comment on column agency_call.status is 'plain: how it was answered';
comment on column agency_call.answer is 'plain: what it was answered: ids and codes, no personal data';
comment on column agency_call.at is 'plain: when';

do $$
declare
    name text;
begin
    foreach name in array array['agency', 'agency_call'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (true) with check (true)', name);
        execute format('grant select, insert, update on %I to {database}_worker, {database}_hub', name);
    end loop;
end
$$;

-- What somebody who came by themselves, or an agency for them, said of themselves and of the case.
create table intake (
    case_id uuid primary key,
    source text not null,
    agency_id uuid references agency,
    on_behalf text,
    told_police text not null check (told_police in ('yes', 'no', 'not_known')),
    how_long_ago text not null,
    said_needs text[] not null default '{}',
    said_of_themselves text[] not null default '{}',
    taken_by uuid,
    taken_at timestamptz not null
);
comment on column intake.case_id is 'plain: which case';
comment on column intake.source is 'plain: self, agency, family or witness';
comment on column intake.agency_id is 'plain: the agency that referred by its own system';
comment on column intake.on_behalf is 'plain: who spoke for the person: a coded role';
comment on column intake.told_police is 'plain: whether the police know';
comment on column intake.how_long_ago is 'plain: how long ago it was, as a band';
comment on column intake.said_needs is 'plain: what the person said would help';
comment on column intake.said_of_themselves is 'plain: what the person said of themselves, each chosen by them';
comment on column intake.taken_by is 'plain: who wrote it down; null when an agency''s system did';
comment on column intake.taken_at is 'plain: when';
alter table intake enable row level security;
alter table intake force row level security;
create policy worker on intake to {database}_worker using (true) with check (true);
create policy hub on intake to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = intake.case_id));
grant select, insert, update, delete on intake to {database}_worker;
grant select, insert on intake to {database}_hub;
