-- A lock of a channel reaches every record and every case of the person, also those that whoever locked it may not see:
-- they say what they locked, and the hub's worker carries it on.

create table channel_lock (
    number bigint generated always as identity primary key,
    person_id uuid not null references person,
    kind text not null,
    why text not null,
    locked_by uuid not null,
    by_role text not null,
    locked_at timestamptz not null,
    told uuid[] not null,
    carried_on_at timestamptz
);
create index channel_lock_waiting on channel_lock (number) where carried_on_at is null;
create index channel_lock_of_person on channel_lock (person_id);
comment on column channel_lock.number is 'plain: in which order the locks came';
comment on column channel_lock.person_id is 'plain: of whose record a channel was locked';
comment on column channel_lock.kind is 'plain: kind of channel';
comment on column channel_lock.why is 'plain: coded reason';
comment on column channel_lock.locked_by is 'plain: who locked it';
comment on column channel_lock.by_role is 'plain: in which role';
comment on column channel_lock.locked_at is 'plain: when';
comment on column channel_lock.told is 'plain: the cases that were told at once: those that whoever locked it may see';
comment on column channel_lock.carried_on_at is 'plain: when the other records were locked and the other cases told';

alter table channel_lock enable row level security;
alter table channel_lock force row level security;
create policy worker on channel_lock to {database}_worker using (true) with check (true);
grant select, insert, update, delete on channel_lock to {database}_worker;
-- Said, and not read again: neither the hub nor a provider learns from it which other records there are.
create policy hub on channel_lock for insert to {database}_hub
    with check (exists (select 1 from person p where p.person_id = channel_lock.person_id));
create policy portal on channel_lock for insert to {database}_portal
    with check (exists (select 1 from case_file c where c.person_id = channel_lock.person_id));
grant insert on channel_lock to {database}_hub, {database}_portal;
