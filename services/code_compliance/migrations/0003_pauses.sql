-- Pauses of clocks, each a row with its reason; and how a clock stood before each change, so that nothing is overwritten.

create table pause (
    pause_id uuid primary key,
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    paused_from timestamptz not null,
    paused_until timestamptz check (paused_until >= paused_from),
    reason_code text not null,
    entered_by uuid not null,
    entered_at timestamptz not null,
    resumed_by uuid,
    resumed_at timestamptz
);
create index pause_of_case on pause (case_id);
create unique index pause_once on pause (case_id, entitlement, occurrence) where paused_until is null;
comment on column pause.pause_id is 'plain: made by the form, so that sending it twice pauses once';
comment on column pause.case_id is 'plain: whose clock';
comment on column pause.entitlement is 'plain: the duty';
comment on column pause.occurrence is 'plain: which of its clocks, where it repeats';
comment on column pause.paused_from is 'plain: since when the clock does not count';
comment on column pause.paused_until is 'plain: from when it counts again; null = it is paused';
comment on column pause.reason_code is 'plain: why, as a code of pause_reasons.yaml';
comment on column pause.entered_by is 'plain: the worker who paused it';
comment on column pause.entered_at is 'plain: when that was entered';
comment on column pause.resumed_by is 'plain: the worker who resumed it';
comment on column pause.resumed_at is 'plain: when that was entered';

alter table entitlement add column paused_since timestamptz, add column paused_for text, add column paused_days smallint;
comment on column entitlement.paused_since is 'plain: since when it is paused; null = it is not. A paused clock has no due day';
comment on column entitlement.paused_for is 'plain: the reason of the open pause, as a code';
comment on column entitlement.paused_days is 'plain: days of its unit that did not count because it was paused; null = none';

create table clock_history (
    number bigint generated always as identity primary key,
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    changed_at timestamptz not null,
    why text not null,
    state text not null,
    due_at timestamptz,
    settled_at timestamptz,
    source text,
    evidence_id text
);
create index clock_history_of_case on clock_history (case_id);
comment on column clock_history.number is 'plain: in the order of writing';
comment on column clock_history.case_id is 'plain: whose clock';
comment on column clock_history.entitlement is 'plain: the duty';
comment on column clock_history.occurrence is 'plain: which of its clocks, where it repeats';
comment on column clock_history.changed_at is 'plain: until when it stood as this row says';
comment on column clock_history.why is 'plain: what changed it, as a code';
comment on column clock_history.state is 'plain: how it stood before';
comment on column clock_history.due_at is 'plain: when it was due before';
comment on column clock_history.settled_at is 'plain: when the act that decided before was done';
comment on column clock_history.source is 'plain: who had told of that act';
comment on column clock_history.evidence_id is 'plain: the piece of evidence that decided before';

do $$
declare name text;
begin
    foreach name in array array['pause', 'clock_history'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using ('
            '(select current_setting(''app.restricted'', true)) = ''on'''
            ' or case_id not in (select r.case_id from restricted_case r))', name);
        execute format('grant select, insert, update on %I to {database}_worker, {database}_hub', name);
    end loop;
end $$;
