-- Numbers whose index was made in an earlier way are indexed again by the worker, once: only it can open them.
create table number_index (
    made_by int primary key,
    up_to uuid not null default '00000000-0000-0000-0000-000000000000',
    done_at timestamptz
);
comment on column number_index.made_by is 'plain: which way of making the index, counted from 2';
comment on column number_index.up_to is 'plain: up to which record of a person it is done';
comment on column number_index.done_at is 'plain: when every number had been read; null while it goes on';
alter table number_index enable row level security;
alter table number_index force row level security;
create policy worker on number_index to {database}_worker using (true) with check (true);
grant select, insert, update on number_index to {database}_worker;

-- Whose address is protected: said once of any case or record of theirs, it is hidden wherever they are.
create table protected_address (
    person_id uuid primary key references person,
    since timestamptz not null
);
comment on column protected_address.person_id is 'plain: of whose record it was said';
comment on column protected_address.since is 'plain: since when';
alter table case_file no force row level security;
insert into protected_address (person_id, since)
select person_id, min(updated_at) from case_file where 'protected_address' = any(holds) group by 1;
alter table case_file force row level security;
alter table protected_address enable row level security;
alter table protected_address force row level security;
create policy worker on protected_address to {database}_worker using (true) with check (true);
-- What hides an address counts whoever looks, also where it was said of a case that they do not see.
create policy hub on protected_address to {database}_hub using (true) with check (true);
create policy portal on protected_address for select to {database}_portal
    using (exists (select 1 from case_file c where c.person_id = protected_address.person_id)
           or exists (select 1 from linked_person l where l.other_id = protected_address.person_id));
grant select, insert on protected_address to {database}_worker, {database}_hub;
grant select on protected_address to {database}_portal;
