-- What a provider records of its support: needs at the start and at the end, appointments, outcomes, the end report; and
-- its own monitoring return with posts and spend.

create table assessment (
    assessment_id uuid primary key,
    leg_id uuid not null references leg,
    case_id uuid not null,
    provider_id uuid not null,
    stage text not null check (stage in ('start', 'end')),
    risk text,
    safety_act text,
    needs text[] not null default '{}',
    agreed text,
    at timestamptz not null,
    by_id uuid not null
);
create index assessment_leg on assessment (leg_id, stage, at desc);
comment on column assessment.assessment_id is 'plain: which assessment';
comment on column assessment.leg_id is 'plain: of which leg';
comment on column assessment.case_id is 'plain: of which case';
comment on column assessment.provider_id is 'plain: by which provider';
comment on column assessment.stage is 'plain: start or end of support; the latest of each counts';
comment on column assessment.risk is 'plain: risk as the worker sees it, or why it is not known';
comment on column assessment.safety_act is 'plain: what was done at once for safety, as a code';
comment on column assessment.needs is 'plain: what the person said would help, as codes';
comment on column assessment.agreed is 'plain: whether the person agreed to be supported: yes, not_yet or no';
comment on column assessment.at is 'plain: when it was recorded';
comment on column assessment.by_id is 'plain: by which worker';

create table need_score (
    assessment_id uuid not null references assessment,
    leg_id uuid not null,
    case_id uuid not null,
    provider_id uuid not null,
    domain text not null,
    score smallint check (score between 1 and 5),
    why_not text,
    primary key (assessment_id, domain),
    check ((score is null) <> (why_not is null))
);
comment on column need_score.assessment_id is 'plain: of which assessment';
comment on column need_score.leg_id is 'plain: of which leg';
comment on column need_score.case_id is 'plain: of which case';
comment on column need_score.provider_id is 'plain: by which provider';
comment on column need_score.domain is 'plain: one of the eight areas of life';
comment on column need_score.score is 'plain: 1 to 5, 5 is best; null = not scored';
comment on column need_score.why_not is 'plain: why it is not scored: not_asked, refused, not_known or unsafe';

create table appointment (
    appointment_id uuid primary key,
    leg_id uuid not null references leg,
    case_id uuid not null,
    provider_id uuid not null,
    starts_at timestamptz not null,
    way text not null,
    state text not null check (state in ('booked', 'attended', 'late', 'missed', 'moved', 'cancelled')),
    whose text check (whose in ('person', 'worker', 'service')),
    reason text,
    follows uuid,
    booked_at timestamptz not null,
    booked_by uuid not null,
    recorded_at timestamptz,
    recorded_by uuid
);
create index appointment_leg on appointment (leg_id, starts_at);
create index appointment_booked on appointment (provider_id, starts_at) where state = 'booked';
comment on column appointment.appointment_id is 'plain: which appointment';
comment on column appointment.leg_id is 'plain: of which leg';
comment on column appointment.case_id is 'plain: of which case';
comment on column appointment.provider_id is 'plain: with which provider';
comment on column appointment.starts_at is 'plain: when it is';
comment on column appointment.way is 'plain: how: by a call, at the service, ...';
comment on column appointment.state is 'plain: booked, attended, late, missed, moved or cancelled';
comment on column appointment.whose is 'plain: whose reason it was: person, worker or service';
comment on column appointment.reason is 'plain: coded reason';
comment on column appointment.follows is 'plain: the appointment that was moved to this one';
comment on column appointment.booked_at is 'plain: when it was booked';
comment on column appointment.booked_by is 'plain: by which worker';
comment on column appointment.recorded_at is 'plain: when its result was recorded';
comment on column appointment.recorded_by is 'plain: by which worker';

create table outcome (
    outcome_id uuid primary key,
    leg_id uuid not null references leg,
    case_id uuid not null,
    provider_id uuid not null,
    code text not null,
    change text not null,
    line_id text,
    at timestamptz not null,
    by_id uuid not null
);
create index outcome_leg on outcome (leg_id, code, at);
create index outcome_provider on outcome (provider_id, at);
create unique index outcome_line on outcome (provider_id, line_id) where line_id is not null;
comment on column outcome.outcome_id is 'plain: which outcome';
comment on column outcome.leg_id is 'plain: of which leg';
comment on column outcome.case_id is 'plain: of which case';
comment on column outcome.provider_id is 'plain: by which provider';
comment on column outcome.code is 'plain: outcome of the national list';
comment on column outcome.change is 'plain: better, same, worse, or why it is not known; unsafe = not asked, it was not safe';
comment on column outcome.line_id is 'plain: the provider''s own id of the line it was pasted with; null = recorded here';
comment on column outcome.at is 'plain: when it was recorded';
comment on column outcome.by_id is 'plain: by which worker';

create table end_report (
    leg_id uuid primary key references leg,
    case_id uuid not null,
    provider_id uuid not null,
    how text not null,
    reason text not null,
    next_step text not null,
    next_line text,
    at timestamptz not null,
    by_id uuid not null
);
comment on column end_report.leg_id is 'plain: of which leg';
comment on column end_report.case_id is 'plain: of which case';
comment on column end_report.provider_id is 'plain: by which provider';
comment on column end_report.how is 'plain: completed or ended_early';
comment on column end_report.reason is 'plain: coded reason of the end';
comment on column end_report.next_step is 'plain: what comes next for the person, as a code';
comment on column end_report.next_line is 'plain: the service line that comes next';
comment on column end_report.at is 'plain: when it was written';
comment on column end_report.by_id is 'plain: by which worker';

create table post_spend (
    provider_id uuid not null,
    period text not null,
    strand text not null,
    posts numeric(6, 2) not null check (posts >= 0),
    vacancies numeric(6, 2) not null check (vacancies >= 0),
    waiting int not null check (waiting >= 0),
    spend numeric(12, 2) not null check (spend >= 0),
    said_at timestamptz not null,
    said_by uuid not null,
    primary key (provider_id, period, strand)
);
comment on column post_spend.provider_id is 'plain: whose';
comment on column post_spend.period is 'plain: quarter, such as 2026-Q3';
comment on column post_spend.strand is 'plain: funding strand';
comment on column post_spend.posts is 'plain: posts paid from it, full-time equivalent';
comment on column post_spend.vacancies is 'plain: of those not filled, full-time equivalent';
comment on column post_spend.waiting is 'plain: people waiting at the end of the quarter';
comment on column post_spend.spend is 'plain: spent in the quarter, in pounds';
comment on column post_spend.said_at is 'plain: when it was said';
comment on column post_spend.said_by is 'plain: by whom';

create table monitoring_return (
    return_id uuid primary key,
    provider_id uuid not null,
    period text not null,
    number int not null,
    file bytea not null,
    sha256 text not null,
    signed_at timestamptz not null,
    signed_by uuid not null,
    signed_name bytea not null,
    unique (provider_id, period, number)
);
comment on column monitoring_return.return_id is 'plain: which monitoring return';
comment on column monitoring_return.provider_id is 'plain: whose';
comment on column monitoring_return.period is 'plain: quarter, such as 2026-Q3';
comment on column monitoring_return.number is 'plain: 1, then one more for each time it was signed again';
comment on column monitoring_return.file is 'plain: the figures as they were signed, CSV, never changed';
comment on column monitoring_return.sha256 is 'plain: digest of the file';
comment on column monitoring_return.signed_at is 'plain: when it was signed';
comment on column monitoring_return.signed_by is 'plain: by which manager';
comment on column monitoring_return.signed_name is 'personal: the manager''s name as it was, sealed under the manager''s key';

do $$
declare
    name text;
    own text := 'provider_id = (select nullif(current_setting(''app.provider_id'', true), '''')::uuid)';
begin
    foreach name in array array['assessment', 'need_score', 'appointment', 'outcome', 'end_report', 'post_spend',
                                'monitoring_return'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
        execute format('grant select on %I to {database}_hub', name);
        execute format('grant select, insert on %I to {database}_portal', name);
    end loop;
    -- What is recorded of a leg is seen exactly by who sees the leg.
    foreach name in array array['assessment', 'need_score', 'appointment', 'outcome', 'end_report'] loop
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from case_file c'
                       ' where c.case_id = %I.case_id))', name, name);
        execute format('create policy portal on %I to {database}_portal using (%s and exists (select 1 from leg l'
                       ' where l.leg_id = %I.leg_id and l.case_id = %I.case_id))', name, own, name, name);
    end loop;
    foreach name in array array['post_spend', 'monitoring_return'] loop
        execute format('create policy hub on %I to {database}_hub using (true)', name);
        execute format('create policy portal on %I to {database}_portal using (%s)', name, own);
    end loop;
end
$$;
grant update (state, whose, reason, recorded_at, recorded_by) on appointment to {database}_portal;
grant update on post_spend to {database}_portal;
