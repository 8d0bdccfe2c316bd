-- What was said behind a link of how to reach the person may not be theirs: which ways were safe before it stays visible,
-- as the way to ask them.

create table wish_before (
    task_id uuid primary key,
    case_id uuid not null references case_file,
    at timestamptz not null,
    kinds text[] not null,
    by_channel text,
    proved boolean not null
);
create index wish_before_of_case on wish_before (case_id);
comment on table wish_before is 'what was safe before a wish that was said behind a link';
comment on column wish_before.task_id is 'plain: the task to make sure that it was the person';
comment on column wish_before.case_id is 'plain: of which case the link was';
comment on column wish_before.at is 'plain: when it was said';
comment on column wish_before.kinds is 'plain: the ways that were safe before and were shut by it';
comment on column wish_before.by_channel is 'plain: the way by which the link had left; null where it is not known';
comment on column wish_before.proved is 'plain: whether it was said with the code word agreed with the person';

alter table wish_before enable row level security;
alter table wish_before force row level security;
create policy worker on wish_before to {database}_worker using (true) with check (true);
grant select, insert, update, delete on wish_before to {database}_worker;
create policy hub on wish_before to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = wish_before.case_id));
grant select on wish_before to {database}_hub;
