-- A provider that the person does not want is kept with the person: nobody sends them there in this or the next case, until
-- they say otherwise.

create table ruled_out (
    person_id uuid not null references person,
    provider_id uuid not null,
    case_id uuid not null,
    since timestamptz not null,
    by_id uuid not null,
    over_at timestamptz,
    over_by uuid,
    primary key (person_id, provider_id)
);
comment on table ruled_out is 'providers that people do not want';
comment on column ruled_out.person_id is 'plain: who does not want it';
comment on column ruled_out.provider_id is 'plain: which provider';
comment on column ruled_out.case_id is 'plain: the case in which they said so last';
comment on column ruled_out.since is 'plain: when they said so last';
comment on column ruled_out.by_id is 'plain: who wrote it down';
comment on column ruled_out.over_at is 'plain: when they agreed to it again; null while it stands';
comment on column ruled_out.over_by is 'plain: who wrote that down';

alter table ruled_out enable row level security;
alter table ruled_out force row level security;
create policy worker on ruled_out to {database}_worker using (true) with check (true);
grant select, insert, update, delete on ruled_out to {database}_worker;
create policy hub on ruled_out to {database}_hub
    using (exists (select 1 from person p where p.person_id = ruled_out.person_id));
grant select, insert, update on ruled_out to {database}_hub;
