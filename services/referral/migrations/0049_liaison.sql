-- While a family liaison officer is with a bereaved family, they are reached through that officer.

create table liaison (
    case_id uuid primary key references case_file,
    through boolean not null,
    said text not null,
    by_id uuid,
    by_role text not null,
    at timestamptz not null
);
comment on table liaison is 'the last word on the family liaison officer of each bereaved case';
comment on column liaison.case_id is 'plain: which case';
comment on column liaison.through is 'plain: whether the family is reached through the officer alone';
comment on column liaison.said is 'plain: coded: named by the police, agreed, gone';
comment on column liaison.by_id is 'plain: who wrote it down; null = it came from the police';
comment on column liaison.by_role is 'plain: in which role';
comment on column liaison.at is 'plain: when';

alter table case_sealed no force row level security;
alter table case_file no force row level security;
insert into liaison (case_id, through, said, by_role, at)
select s.case_id, true, 'named', 'police', s.updated_at from case_sealed s join case_file c using (case_id)
 where s.family_liaison_officer is not null and 'bereaved' = any(c.holds);
alter table case_sealed force row level security;
alter table case_file force row level security;

alter table liaison enable row level security;
alter table liaison force row level security;
create policy worker on liaison to {database}_worker using (true) with check (true);
grant select, insert, update, delete on liaison to {database}_worker;
create policy hub on liaison to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = liaison.case_id));
grant select, insert, update on liaison to {database}_hub;
create policy portal on liaison to {database}_portal
    using (exists (select 1 from case_file c where c.case_id = liaison.case_id));
grant select (case_id, through) on liaison to {database}_portal;
