-- A hold that somebody asked to end, or ended: why, with which note, and who agreed.

create table hold_end (
    end_id uuid primary key,
    case_id uuid not null references case_file,
    hold text not null,
    reason text not null,
    note_id uuid not null,
    stands_on text[] not null,
    digest text not null,
    asked_by uuid not null,
    asked_role text not null,
    asked_at timestamptz not null,
    says text not null check (says in ('waits', 'ended', 'refused')),
    decided_by uuid,
    decided_at timestamptz
);
create unique index hold_end_waits on hold_end (case_id, hold) where says = 'waits';
create index hold_end_of_case on hold_end (case_id, hold, asked_at);
create index hold_end_oldest on hold_end (asked_at, end_id) where says = 'waits';
comment on column hold_end.end_id is 'plain: made by the form';
comment on column hold_end.case_id is 'plain: of which case';
comment on column hold_end.hold is 'plain: which hold';
comment on column hold_end.reason is 'plain: why, from a closed list';
comment on column hold_end.note_id is 'plain: the note on the case that says more';
comment on column hold_end.stands_on is 'plain: names of the facts that the hold stands on';
comment on column hold_end.digest is 'plain: digest of those facts as they were; when it differs, the hold is back';
comment on column hold_end.asked_by is 'plain: who asked for it';
comment on column hold_end.asked_role is 'plain: in which role';
comment on column hold_end.asked_at is 'plain: when';
comment on column hold_end.says is 'plain: whether it waits for a second person, is ended, or was refused';
comment on column hold_end.decided_by is 'plain: who decided: the second person, or who asked where none is needed';
comment on column hold_end.decided_at is 'plain: when';

alter table hold_end enable row level security;
alter table hold_end force row level security;
create policy worker on hold_end to {database}_worker using (true) with check (true);
grant select, insert, update, delete on hold_end to {database}_worker;
create policy hub on hold_end to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = hold_end.case_id));
grant select, insert, update on hold_end to {database}_hub;
