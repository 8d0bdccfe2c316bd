-- A lock follows the number: whatever kind of channel a record names it on, and when another number takes its place.

create table locked_value (
    person_id uuid not null references person,
    value_index bytea not null,
    why text not null,
    locked_by uuid not null,
    by_role text not null,
    primary key (person_id, value_index)
);
comment on column locked_value.person_id is 'plain: in whose record it is locked';
comment on column locked_value.value_index is 'personal: blind index of the number or address';
comment on column locked_value.why is 'plain: coded reason';
comment on column locked_value.locked_by is 'plain: who locked it';
comment on column locked_value.by_role is 'plain: in which role';
-- What was locked before, and what has the same number; whose cases hear of it as of any lock.
alter table channel no force row level security;
insert into locked_value (person_id, value_index, why, locked_by, by_role)
select distinct on (person_id, value_index) person_id, value_index, locked_why, set_by, set_by_role from channel
 where locked_at is not null and locked_why <> 'one_chance' and value_index is not null and set_by is not null
 order by person_id, value_index, locked_at;
alter table channel_lock no force row level security;
with shut as (
    update channel c set safety = 'unsafe', locked_at = now(), locked_why = v.why, set_by = v.locked_by,
           set_by_role = v.by_role, set_at = now()
      from locked_value v
     where v.person_id = c.person_id and v.value_index = c.value_index and c.locked_at is null
    returning c.person_id, c.kind, v.why, v.locked_by, v.by_role)
insert into channel_lock (person_id, kind, why, locked_by, by_role, locked_at, told)
select person_id, kind, why, locked_by, by_role, now(), '{}' from shut;
alter table channel force row level security;
alter table channel_lock force row level security;

alter table locked_value enable row level security;
alter table locked_value force row level security;
create policy worker on locked_value to {database}_worker using (true) with check (true);
grant select, insert, update, delete on locked_value to {database}_worker;
create policy hub on locked_value to {database}_hub
    using (exists (select 1 from person p where p.person_id = locked_value.person_id));
grant select, insert, delete on locked_value to {database}_hub;
create policy portal on locked_value to {database}_portal
    using (exists (select 1 from case_file c where c.person_id = locked_value.person_id));
grant select, insert on locked_value to {database}_portal;
