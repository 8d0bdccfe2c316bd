-- How old somebody was held to be in a case, before the younger age by another record of the same person took its place:
-- once the two are parted it counts again.
create table age_before (
    case_id uuid primary key references case_file,
    said_of uuid not null references person,
    age int,
    age_said text,
    told_age int,
    instead int not null
);
create index age_before_said_of on age_before (said_of);
comment on column age_before.case_id is 'plain: in which case';
comment on column age_before.said_of is 'plain: by which other record the age was that took its place';
comment on column age_before.age is 'plain: the age in whole years; null where it was not known';
comment on column age_before.age_said is 'plain: the age as it was said, a number or why it is not known; null where nothing was';
comment on column age_before.told_age is 'plain: the age that the person told; null where they told none';
comment on column age_before.instead is 'plain: the age that took its place';

alter table age_before enable row level security;
alter table age_before force row level security;
create policy worker on age_before to {database}_worker using (true) with check (true);
create policy hub on age_before to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = age_before.case_id));
grant select, insert, update, delete on age_before to {database}_worker, {database}_hub;
