-- What stands beside a case: who rang, call-backs, who must not know, disclosure, offers that are tracked, samples.

create table case_entry (
    entry_id uuid primary key,
    case_id uuid not null references case_file,
    person_id uuid not null references person,
    kind text not null check (kind in ('caller', 'call_back', 'must_not_know', 'disclosure')),
    code text not null,
    body bytea,
    due_at timestamptz,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null,
    closed_at timestamptz,
    closed_by uuid,
    closed_how text
);
create index case_entry_case on case_entry (case_id, at);
create index case_entry_due on case_entry (due_at, entry_id) where closed_at is null and due_at is not null;
comment on column case_entry.entry_id is 'plain: made by the form, so that sending it twice adds once';
comment on column case_entry.case_id is 'plain: which case';
comment on column case_entry.person_id is 'plain: under whose key the text is sealed';
comment on column case_entry.kind is 'plain: a caller checked, a call-back, somebody who must not know, or a disclosure request';
comment on column case_entry.code is 'plain: what exactly, from a closed list';
comment on column case_entry.body is 'personal: free text, sealed under the person''s key';
comment on column case_entry.due_at is 'plain: by when something is to be done';
comment on column case_entry.by_id is 'plain: who wrote it';
comment on column case_entry.by_role is 'plain: in which role';
comment on column case_entry.at is 'plain: when';
comment on column case_entry.closed_at is 'plain: when it was done, answered or taken off';
comment on column case_entry.closed_by is 'plain: by whom';
comment on column case_entry.closed_how is 'plain: how it ended, from a closed list';

create table offer_step (
    step_id uuid primary key,
    case_id uuid not null references case_file,
    offer text not null,
    step text not null,
    said_by text,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null,
    unique (case_id, offer, step)
);
comment on column offer_step.step_id is 'plain: made by the form';
comment on column offer_step.case_id is 'plain: which case';
comment on column offer_step.offer is 'plain: restorative justice, mental health, special measures or a personal statement';
comment on column offer_step.step is 'plain: which step of it was taken';
comment on column offer_step.said_by is 'plain: who said so, where it must be the person';
comment on column offer_step.by_id is 'plain: who wrote it down';
comment on column offer_step.by_role is 'plain: in which role';
comment on column offer_step.at is 'plain: when';

create table dip_sample (
    sample_id uuid not null,
    case_id uuid not null references case_file,
    drawn_by uuid not null,
    drawn_at timestamptz not null,
    scores jsonb,
    scored_by uuid,
    scored_at timestamptz,
    primary key (sample_id, case_id)
);
create index dip_sample_open on dip_sample (drawn_at) where scored_at is null;
comment on column dip_sample.sample_id is 'plain: which draw';
comment on column dip_sample.case_id is 'plain: a case drawn by chance';
comment on column dip_sample.drawn_by is 'plain: who drew it';
comment on column dip_sample.drawn_at is 'plain: when';
comment on column dip_sample.scores is 'plain: question to score of 1 to 4, without words';
comment on column dip_sample.scored_by is 'plain: who scored it';
comment on column dip_sample.scored_at is 'plain: when';

alter table intake add column fraud_level text;
comment on column intake.fraud_level is 'plain: the level that the national list gives somebody harmed by fraud';

do $$
declare
    name text;
begin
    foreach name in array array['case_entry', 'offer_step', 'dip_sample'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from case_file c'
                       ' where c.case_id = %I.case_id))', name, name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
        execute format('grant select, insert, update on %I to {database}_hub', name);
    end loop;
end
$$;
