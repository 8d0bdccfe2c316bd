-- That somebody died is kept with the person: whatever is told of them later, under this record or one that is joined with
-- it, begins with it, until a human writes down that it was a mistake. The police may name among the dead somebody of whom
-- no case is known yet, so there need be no record of theirs.

create table death (
    person_id uuid primary key,
    said_at timestamptz not null,
    about uuid not null,
    over_at timestamptz,
    over_by uuid
);
comment on table death is 'people of whom it was said that they died';
comment on column death.person_id is 'plain: who, by the record of which it was said; perhaps of no case that is known';
comment on column death.said_at is 'plain: when it was said last';
comment on column death.about is 'plain: in which case it was said, or would have been in that crime';
comment on column death.over_at is 'plain: when it was written down that it was a mistake; null while it stands';
comment on column death.over_by is 'plain: who wrote that down';

alter table alert no force row level security;
alter table case_file no force row level security;
insert into death (person_id, said_at, about)
select distinct on (c.person_id) c.person_id, a.received_at, c.case_id from alert a join case_file c using (case_id)
 where a.trigger = 'person_died'
   and not exists (select 1 from alert b where b.case_id = a.case_id and b.trigger = 'person_alive'
                      and b.received_at >= a.received_at)
 order by c.person_id, a.received_at desc, c.case_id;
alter table alert force row level security;
alter table case_file force row level security;

alter table death enable row level security;
alter table death force row level security;
create policy worker on death to {database}_worker using (true) with check (true);
grant select, insert, update, delete on death to {database}_worker;
create policy hub on death to {database}_hub
    using (exists (select 1 from person p where p.person_id = death.person_id));
grant select, insert, update on death to {database}_hub;
