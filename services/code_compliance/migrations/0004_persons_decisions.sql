-- What workers enter beside evidence and pauses: things that happened, enhanced rights either way, answers to suggestions.

alter table milestone add column entered_by uuid, add column source text;
comment on column milestone.entered_by is 'plain: the worker who entered it; null = it came as an event';
comment on column milestone.source is 'plain: who said so, where a worker entered it';
grant insert, update on milestone to {database}_hub;

create table enhanced_override (
    override_id uuid primary key,
    case_id uuid not null,
    category text not null,
    held boolean not null,
    since timestamptz,
    reason_code text not null,
    entered_by uuid not null,
    entered_at timestamptz not null
);
create index enhanced_override_of_case on enhanced_override (case_id);
comment on column enhanced_override.override_id is 'plain: made by the form, so that sending it twice decides once';
comment on column enhanced_override.case_id is 'plain: whose enhanced rights';
comment on column enhanced_override.category is 'personal: the category decided on, as a code';
comment on column enhanced_override.held is 'plain: whether the person is in it';
comment on column enhanced_override.since is 'plain: from when that is so; null = since the report';
comment on column enhanced_override.reason_code is 'plain: why, as a code of override_reasons.yaml';
comment on column enhanced_override.entered_by is 'plain: the worker who decided';
comment on column enhanced_override.entered_at is 'plain: when that was entered';

create table suggestion_answer (
    case_id uuid not null,
    suggestion_id uuid not null,
    answer text not null check (answer in ('confirmed', 'rejected')),
    entered_by uuid not null,
    entered_at timestamptz not null,
    primary key (case_id, suggestion_id)
);
comment on column suggestion_answer.case_id is 'plain: for which case';
comment on column suggestion_answer.suggestion_id is 'plain: made from the duty, its clock and what made it likely';
comment on column suggestion_answer.answer is 'plain: confirmed (then it is evidence) or rejected';
comment on column suggestion_answer.entered_by is 'plain: the worker who answered';
comment on column suggestion_answer.entered_at is 'plain: when';

do $$
declare name text;
begin
    foreach name in array array['enhanced_override', 'suggestion_answer'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using ('
            '(select current_setting(''app.restricted'', true)) = ''on'''
            ' or case_id not in (select r.case_id from restricted_case r))', name);
        execute format('grant select, insert, update on %I to {database}_worker, {database}_hub', name);
    end loop;
end $$;
