-- What is known of each case as far as the Code asks, what was told of it, and what it is owed. No personal data.

create table crime (
    crime_id uuid primary key,
    revision int not null,
    heard_at timestamptz not null,
    cases int not null,
    stale int not null default 0,
    revised int not null default 0
);
comment on column crime.crime_id is 'plain: the source''s stable id';
comment on column crime.revision is 'plain: the revision held; 1 as first recorded';
comment on column crime.heard_at is 'plain: when the hub was first told (time of the event)';
comment on column crime.cases is 'plain: how many people with a case it ever had; 0 = without a victim';
comment on column crime.stale is 'plain: snapshots ignored because they were not newer than the one held';
comment on column crime.revised is 'plain: later snapshots that were applied';

create table code_case (
    case_id uuid primary key,
    crime_id uuid,
    stands_for uuid,
    facts jsonb not null,
    reasons jsonb not null,
    reported_at timestamptz not null,
    recorded_at timestamptz not null,
    first_heard_at timestamptz not null,
    received_at timestamptz,
    refused boolean not null,
    revision int not null,
    removed boolean not null
);
create index code_case_of_crime on code_case (crime_id) where crime_id is not null;
comment on column code_case.case_id is 'plain: one person in one crime, or a self-referral';
comment on column code_case.crime_id is 'plain: the crime; null for a self-referral';
comment on column code_case.stands_for is 'plain: for somebody bereaved, the id that the case of the deceased would have';
comment on column code_case.facts is 'personal: coded circumstances that conditions of the Code ask for, without names or values that identify';
comment on column code_case.reasons is 'personal: reasons for enhanced rights, as codes, since when and when heard';
comment on column code_case.reported_at is 'plain: when it was reported, or the person first came';
comment on column code_case.recorded_at is 'plain: when the police recorded it';
comment on column code_case.first_heard_at is 'plain: when the hub was first told (time of the event)';
comment on column code_case.received_at is 'plain: when the hub first had usable details under a lawful share';
comment on column code_case.refused is 'plain: whether the person ever said no to sharing';
comment on column code_case.revision is 'plain: the revision of the crime that these facts come from';
comment on column code_case.removed is 'plain: absent from the police''s last snapshot';

create table restricted_case (
    case_id uuid primary key
);
comment on column restricted_case.case_id is 'plain: a case that is absent for everybody without the right';

create table milestone (
    crime_id uuid not null,
    milestone_id text not null,
    case_id uuid,
    trigger text not null,
    happened_at timestamptz not null,
    received_by_wcu_at timestamptz,
    heard_at timestamptz not null,
    details jsonb not null,
    primary key (crime_id, milestone_id)
);
comment on column milestone.crime_id is 'plain: in the life of which crime';
comment on column milestone.milestone_id is 'plain: the source''s id; sent again it replaces what was told';
comment on column milestone.case_id is 'plain: whom it concerns; null = everybody harmed by the crime';
comment on column milestone.trigger is 'plain: a trigger of the catalogue, or an order or a step of pre-recorded evidence';
comment on column milestone.happened_at is 'plain: when it happened';
comment on column milestone.received_by_wcu_at is 'plain: when the Witness Care Unit received it; null = not known';
comment on column milestone.heard_at is 'plain: when the hub was first told (time of the event)';
comment on column milestone.details is 'plain: coded details: hearing, sentence, plea, interval';

create table evidence (
    evidence_id uuid primary key,
    name text not null,
    crime_id uuid,
    case_id uuid,
    entitlement text,
    act text not null,
    outcome text not null,
    milestone_id text,
    line text,
    at timestamptz not null,
    recorded_at timestamptz not null,
    source text not null,
    channel text,
    reason_code text,
    entered_by uuid
);
create index evidence_of_crime on evidence (crime_id) where crime_id is not null;
create index evidence_of_case on evidence (case_id) where crime_id is null;
comment on column evidence.evidence_id is 'plain: made from where it came and its name there';
comment on column evidence.name is 'plain: its id where it came from';
comment on column evidence.crime_id is 'plain: the crime that a notice speaks of';
comment on column evidence.case_id is 'plain: for whom; null = everybody harmed by the crime';
comment on column evidence.entitlement is 'plain: the duty that it names; null where the policy says which duty it meets';
comment on column evidence.act is 'plain: notice, entry (by staff) or referral_sent';
comment on column evidence.outcome is 'plain: delivered, declined, excepted or unable';
comment on column evidence.milestone_id is 'plain: the milestone whose clock it speaks for, where it says so';
comment on column evidence.line is 'plain: the service line of a referral';
comment on column evidence.at is 'plain: when it was done';
comment on column evidence.recorded_at is 'plain: when the hub learned of it';
comment on column evidence.source is 'plain: who said so';
comment on column evidence.channel is 'plain: by which channel the person was told';
comment on column evidence.reason_code is 'plain: why not, as a code';
comment on column evidence.entered_by is 'plain: the worker who entered it';

create table entitlement (
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    milestone_id text,
    started_at timestamptz not null,
    due_at timestamptz,
    "limit" smallint,
    basis text not null,
    enhanced boolean not null,
    late_recorded boolean not null,
    covered boolean not null,
    code_version text not null,
    calendar_version text not null,
    state text not null check (state in ('running', 'met', 'met_late', 'breached', 'not_evidenced', 'not_applicable',
                                         'declined_by_victim', 'excepted_with_reason', 'unable_to_contact')),
    settled_at timestamptz,
    source text,
    channel text,
    reason_code text,
    evidence_id text,
    evidence_recorded_at timestamptz,
    primary key (case_id, entitlement, occurrence)
);
create index entitlement_falls_due on entitlement (due_at, case_id) where state = 'running' and due_at is not null;
create index entitlement_by_state on entitlement (entitlement, state, due_at, case_id);
comment on column entitlement.case_id is 'plain: to whom it is owed';
comment on column entitlement.entitlement is 'plain: the duty, by its id in the catalogue';
comment on column entitlement.occurrence is 'plain: the milestone of a duty that repeats; empty for one that does not';
comment on column entitlement.milestone_id is 'plain: the milestone that raised it; null where the report itself did';
comment on column entitlement.started_at is 'plain: when its clock started';
comment on column entitlement.due_at is 'plain: the last instant in time; null where the Code gives no number or the event is not listed';
comment on column entitlement."limit" is 'plain: how many days the clock counts';
comment on column entitlement.basis is 'plain: what the start and the end rest on';
comment on column entitlement.enhanced is 'plain: whether enhanced rights held when it arose';
comment on column entitlement.late_recorded is 'plain: enhanced only by facts recorded after it arose';
comment on column entitlement.covered is 'plain: the acts of everybody who owes it reach us, for that day';
comment on column entitlement.code_version is 'plain: the version of the Code under which it arose';
comment on column entitlement.calendar_version is 'plain: the version of the bank holidays that it was counted with';
comment on column entitlement.state is 'plain: how it stands';
comment on column entitlement.settled_at is 'plain: when the deciding act was done';
comment on column entitlement.source is 'plain: who told of the deciding act';
comment on column entitlement.channel is 'plain: by which channel the person was told';
comment on column entitlement.reason_code is 'plain: why it was not done, as a code';
comment on column entitlement.evidence_id is 'plain: the deciding piece of evidence';
comment on column entitlement.evidence_recorded_at is 'plain: when the hub learned of the deciding act';
