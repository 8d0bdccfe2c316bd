-- Rehearsals of draft rules against stored facts, and the switch for major incidents.

create table rehearsal (
    rehearsal_id uuid primary key,
    at timestamptz not null,
    file text not null,
    rules_version text not null,
    since date not null,
    until date not null,
    cases int not null,
    changed int not null,
    counts jsonb not null
);
create index rehearsal_at on rehearsal (at desc);
comment on column rehearsal.rehearsal_id is 'plain: which rehearsal';
comment on column rehearsal.at is 'plain: when';
comment on column rehearsal.file is 'plain: name of the draft file';
comment on column rehearsal.rules_version is 'plain: version that the draft says it is';
comment on column rehearsal.since is 'plain: first day of the reports replayed';
comment on column rehearsal.until is 'plain: last day of them';
comment on column rehearsal.cases is 'plain: how many cases were replayed';
comment on column rehearsal.changed is 'plain: how many of them the draft would decide otherwise';
comment on column rehearsal.counts is 'plain: how often each line, offer, hold and door would be added or lost';

create table rehearsal_case (
    rehearsal_id uuid not null references rehearsal on delete cascade,
    case_id uuid not null,
    number int not null,
    changes text[] not null,
    primary key (rehearsal_id, case_id)
);
create index rehearsal_case_case on rehearsal_case (case_id);
comment on column rehearsal_case.rehearsal_id is 'plain: of which rehearsal';
comment on column rehearsal_case.case_id is 'plain: which case would change';
comment on column rehearsal_case.number is 'plain: order of the list';
comment on column rehearsal_case.changes is 'plain: what would change: kind, name, added or lost';

create table incident_switch (
    switch_id uuid primary key,
    incident_id text not null,
    on_at timestamptz not null,
    on_by uuid not null,
    cases int not null,
    off_at timestamptz,
    off_by uuid
);
create unique index incident_switch_on on incident_switch (incident_id) where off_at is null;
comment on column incident_switch.switch_id is 'plain: which switching';
comment on column incident_switch.incident_id is 'plain: the police''s id of the major incident';
comment on column incident_switch.on_at is 'plain: since when nobody of it is contacted automatically';
comment on column incident_switch.on_by is 'plain: who switched it on';
comment on column incident_switch.cases is 'plain: how many cases were held then';
comment on column incident_switch.off_at is 'plain: when it was switched off';
comment on column incident_switch.off_by is 'plain: who switched it off';

create index case_incident on case_file (major_incident_id) where major_incident_id is not null;

do $$
declare
    name text;
begin
    foreach name in array array['rehearsal', 'rehearsal_case', 'incident_switch'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
    end loop;
end
$$;
create policy hub on rehearsal to {database}_hub using (true);
create policy hub on rehearsal_case to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = rehearsal_case.case_id));
create policy hub on incident_switch to {database}_hub using (true);
grant select on rehearsal, rehearsal_case to {database}_hub;
grant select, insert, update on incident_switch to {database}_hub;
