-- Related clocks, beside the Code: kept so that they warn, end and are announced by themselves. No personal data.

create table related_clock (
    case_id uuid not null,
    clock text not null,
    occurrence text not null,
    started_at timestamptz not null,
    due_at timestamptz,
    last_at timestamptz,
    done_at timestamptz,
    state text not null check (state in ('running', 'no_day', 'over', 'done', 'done_late', 'not_applicable')),
    code_version text not null,
    calendar_version text not null,
    primary key (case_id, clock, occurrence)
);
create index related_clock_falls_due on related_clock (due_at, case_id) where state = 'running' and due_at is not null;
comment on column related_clock.case_id is 'plain: whose';
comment on column related_clock.clock is 'plain: the related clock, by its id in the catalogue';
comment on column related_clock.occurrence is 'plain: the milestone or notice that it started with; empty for the report';
comment on column related_clock.started_at is 'plain: when it started';
comment on column related_clock.due_at is 'plain: the last instant in time; null where no day is known';
comment on column related_clock.last_at is 'plain: up to when it may still be allowed; null where the rule knows no such day';
comment on column related_clock.done_at is 'plain: when the act was done';
comment on column related_clock.state is 'plain: how it stands';
comment on column related_clock.code_version is 'plain: the version of the catalogue under which it started';
comment on column related_clock.calendar_version is 'plain: the version of the bank holidays that it was counted with';

create table related_to_count (
    case_id uuid primary key
);
comment on column related_to_count.case_id is 'plain: a case from before related clocks were kept, whose own are still to be counted';

comment on column clock_warning.entitlement is 'plain: the duty, or the related clock, by its id in the catalogue';
comment on column milestone.crime_id is 'plain: in the life of which crime; where nothing was reported, the case';

alter table code_case no force row level security;
insert into related_to_count select case_id from code_case;
alter table code_case force row level security;

grant select, insert, update, delete on related_clock, related_to_count to {database}_worker;
grant select, insert, update on related_clock to {database}_hub;   -- what staff enter starts and ends them
grant select on related_clock to {database}_portal;

alter table related_clock enable row level security;
alter table related_clock force row level security;
create policy worker on related_clock to {database}_worker using (true) with check (true);
create policy hub on related_clock to {database}_hub using ((select current_setting('app.restricted', true)) = 'on'
    or case_id not in (select r.case_id from restricted_case r));
create policy portal on related_clock for select to {database}_portal
    using (case_id in (select l.case_id from own_rights_link l));
