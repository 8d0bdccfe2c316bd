-- Cases: one person in one crime, or one self-referral; what was decided and by which rules.

create table case_file (
    case_id uuid primary key,
    reference text not null,
    person_id uuid not null,
    crime_id uuid,
    force text,
    victim_ref text,
    kind text not null,
    source text not null,
    state text not null check (state in ('waiting', 'active', 'resting', 'closed')),
    decision text not null,
    lines text[] not null,
    offers text[] not null,
    holds text[] not null,
    doors text[] not null,
    priority smallint not null,
    risk_grade text,
    dash_score smallint,
    marac_on date,
    hub_due timestamptz,
    next_due timestamptz,
    next_entitlement text,
    act_by timestamptz,
    offence_code text,
    offence_group text,
    incident_kind text,
    flags text[] not null,
    hate_strands text[] not null,
    domestic boolean not null,
    local_authority text,
    home_local_authority text,
    age_band text not null,
    language text not null,
    share text not null,
    reported boolean not null,
    reported_at timestamptz not null,
    repeat_victim boolean,
    repeat_count int,
    major_incident_id text,
    revision int not null,
    removed boolean not null default false,
    restricted boolean not null default false,
    details text not null check (details in ('none', 'waiting', 'open', 'discarded', 'unreadable')),
    assigned_to uuid,
    review_since timestamptz,
    opened_at timestamptz not null,
    updated_at timestamptz not null,
    closed_at timestamptz,
    closed_why text,
    runs int not null default 1
) with (fillfactor = 85);
create unique index case_reference on case_file (reference, case_id);
create index case_person on case_file (person_id, reported_at);
create index case_crime on case_file (crime_id);
create index case_queue on case_file (priority, act_by, case_id) where state = 'waiting';
create index case_active on case_file (priority, act_by, case_id) where state = 'active';
create index case_ask_officer on case_file (priority, act_by, case_id)
    where state = 'waiting' and 'share_not_asked' = any(holds);
create index case_no_safe_channel on case_file (priority, act_by, case_id)
    where state = 'waiting' and 'no_safe_channel' = any(holds);
create index case_mine on case_file (assigned_to, priority, act_by, case_id) where state = 'waiting';
create index case_due on case_file (act_by, case_id) where state in ('waiting', 'active');
create index case_review on case_file (review_since, case_id) where review_since is not null;
create index case_opened on case_file (opened_at desc, case_id);
create index case_details on case_file (details, case_id) where details in ('waiting', 'unreadable', 'discarded');
create index case_restricted on case_file (case_id) where restricted;
comment on column case_file.case_id is 'plain: computed from crime and person; random for a self-referral';
comment on column case_file.reference is 'plain: short reference for the phone';
comment on column case_file.person_id is 'plain: who';
comment on column case_file.crime_id is 'plain: in which crime; null for a self-referral';
comment on column case_file.force is 'plain: Home Office force code; null for a self-referral';
comment on column case_file.victim_ref is 'plain: the police''s person reference, or the reference of a bereaved relative';
comment on column case_file.kind is 'plain: person, business, bereaved or witness';
comment on column case_file.source is 'plain: police, self, agency, provider, family, ...';
comment on column case_file.state is 'plain: waiting for a human here, active with a provider, resting (nothing to do), closed';
comment on column case_file.decision is 'plain: the last routing decision';
comment on column case_file.lines is 'plain: service lines recommended';
comment on column case_file.offers is 'plain: what the person may choose';
comment on column case_file.holds is 'plain: why nothing leaves by itself';
comment on column case_file.doors is 'plain: national and statutory doors';
comment on column case_file.priority is 'plain: order of the queue: 0 life safety now, 1 child, 2 careful, 3 others';
comment on column case_file.risk_grade is 'plain: standard, medium, high, imminent; null = not known';
comment on column case_file.dash_score is 'plain: Dash score; null = none';
comment on column case_file.marac_on is 'plain: day of the MARAC; null = none known';
comment on column case_file.hub_due is 'plain: the hub''s own standard for a first act';
comment on column case_file.next_due is 'plain: the next running clock of the Code, told by code_compliance';
comment on column case_file.next_entitlement is 'plain: which entitlement that is';
comment on column case_file.act_by is 'plain: the earlier of both';
comment on column case_file.offence_code is 'plain: Home Office code; null = an incident that is no crime';
comment on column case_file.offence_group is 'plain: offence group';
comment on column case_file.incident_kind is 'plain: kind of incident';
comment on column case_file.flags is 'plain: flags of the crime';
comment on column case_file.hate_strands is 'plain: monitored strands';
comment on column case_file.domestic is 'plain: domestic by the rule of routing';
comment on column case_file.local_authority is 'plain: where it happened; null = unplaced';
comment on column case_file.home_local_authority is 'plain: where the person lives; null = not known';
comment on column case_file.age_band is 'plain: age at the report, as a band or an unknown value';
comment on column case_file.language is 'plain: language tag or unknown value';
comment on column case_file.share is 'plain: whether the police may share: agreed, refused, not_asked';
comment on column case_file.reported is 'plain: whether the police know';
comment on column case_file.reported_at is 'plain: when it was reported (to the police, or to us)';
comment on column case_file.repeat_victim is 'plain: third crime in twelve months, or so said by the police';
comment on column case_file.repeat_count is 'plain: crimes and incidents of the person in twelve months, this included';
comment on column case_file.major_incident_id is 'plain: major incident; null = none';
comment on column case_file.revision is 'plain: revision of the crime that it stands on';
comment on column case_file.removed is 'plain: absent from the police''s last snapshot';
comment on column case_file.restricted is 'plain: absent for everybody without the right';
comment on column case_file.details is 'plain: whether personal details came: none, waiting to be opened, open, discarded, unreadable';
comment on column case_file.assigned_to is 'plain: the worker who looks after it';
comment on column case_file.review_since is 'plain: since when the risk waits for a review (bail, release, order)';
comment on column case_file.opened_at is 'plain: when the hub was told (time of the event)';
comment on column case_file.updated_at is 'plain: when it last changed';
comment on column case_file.closed_at is 'plain: when it was closed';
comment on column case_file.closed_why is 'plain: coded reason';
comment on column case_file.runs is 'plain: how often it was routed';

create table routing (
    case_id uuid not null,
    run int not null,
    decided_at timestamptz not null,
    decision text not null,
    lines text[] not null,
    offers text[] not null,
    holds text[] not null,
    doors text[] not null,
    rules text[] not null,
    facts jsonb not null,
    rules_version text,
    primary key (case_id, run)
);
comment on column routing.case_id is 'plain: which case';
comment on column routing.run is 'plain: first, second, ... decision';
comment on column routing.decided_at is 'plain: when';
comment on column routing.decision is 'plain: sent, waiting, refused, out_of_area or information_only';
comment on column routing.lines is 'plain: service lines recommended';
comment on column routing.offers is 'plain: what the person may choose';
comment on column routing.holds is 'plain: holds';
comment on column routing.doors is 'plain: doors';
comment on column routing.rules is 'plain: the rules that fired, each "id@version"';
comment on column routing.facts is 'plain: the facts used, coded; what says nothing is left out';
comment on column routing.rules_version is 'plain: version of the rule file';

create table case_sealed (
    case_id uuid primary key,
    person_id uuid not null,
    officer_in_case bytea,
    family_liaison_officer bytea,
    updated_at timestamptz not null
);
comment on column case_sealed.case_id is 'plain: which case';
comment on column case_sealed.person_id is 'plain: under whose key';
comment on column case_sealed.officer_in_case is 'personal: name, e-mail and phone of the officer, JSON, sealed';
comment on column case_sealed.family_liaison_officer is 'personal: the same of the family liaison officer, sealed';
comment on column case_sealed.updated_at is 'plain: when it was last written';

create table case_clock (
    case_id uuid not null,
    entitlement text not null,
    clock text not null,
    due_at timestamptz not null,
    primary key (case_id, entitlement, clock)
);
comment on column case_clock.case_id is 'plain: which case';
comment on column case_clock.entitlement is 'plain: entitlement of the Code';
comment on column case_clock.clock is 'plain: which of its clocks';
comment on column case_clock.due_at is 'plain: end of the limit; a copy of what code_compliance announced, while it runs';

create table case_event (
    id bigint generated always as identity primary key,
    case_id uuid not null,
    happened_at timestamptz not null,
    type text not null,
    referral_id uuid,
    leg_id uuid,
    actor_role text not null,
    actor_id uuid,
    ours boolean not null default true,
    data json not null
);
create index case_event_case on case_event (case_id, id);
create index case_event_nobody on case_event (id) where type = 'nobody-available.v1';
create index case_event_leg on case_event (leg_id, id) where leg_id is not null;
comment on column case_event.id is 'plain: order of writing';
comment on column case_event.case_id is 'plain: which case';
comment on column case_event.happened_at is 'plain: when it happened';
comment on column case_event.type is 'plain: type of the event';
comment on column case_event.referral_id is 'plain: which referral; null = the case itself';
comment on column case_event.leg_id is 'plain: which leg, where one provider alone is meant';
comment on column case_event.actor_role is 'plain: role of who did it';
comment on column case_event.actor_id is 'plain: who did it; null = the system or another service';
comment on column case_event.ours is 'plain: announced by this service; false = heard from another';
comment on column case_event.data is 'plain: the event as announced or heard, without personal data';

create table task (
    task_id uuid primary key,
    kind text not null,
    case_id uuid,
    crime_id uuid,
    referral_id uuid,
    due_at timestamptz not null,
    created_at timestamptz not null,
    done_at timestamptz,
    done_by uuid,
    done_how text
);
create index task_open on task (due_at, task_id) where done_at is null;
create index task_case on task (case_id);
comment on column task.task_id is 'plain: computed from what it is about and its kind';
comment on column task.kind is 'plain: ask_officer_to_ask, add_children, add_exploited_person, review_risk, offer_next_provider, ...';
comment on column task.case_id is 'plain: of which case; null = of a crime without a victim';
comment on column task.crime_id is 'plain: of which crime';
comment on column task.referral_id is 'plain: of which referral';
comment on column task.due_at is 'plain: by when';
comment on column task.created_at is 'plain: since when';
comment on column task.done_at is 'plain: when it was done; null while open';
comment on column task.done_by is 'plain: who did it';
comment on column task.done_how is 'plain: coded answer';

create table alert (
    case_id uuid not null,
    milestone_id text not null,
    trigger text not null,
    happened_at timestamptz not null,
    received_at timestamptz not null,
    primary key (case_id, milestone_id)
);
comment on column alert.case_id is 'plain: whom it concerns';
comment on column alert.milestone_id is 'plain: which milestone';
comment on column alert.trigger is 'plain: what happened: bail, release, order, escape';
comment on column alert.happened_at is 'plain: when it happened';
comment on column alert.received_at is 'plain: when we heard';

create table note (
    note_id uuid primary key,
    case_id uuid not null,
    body bytea not null,
    by_id uuid not null,
    by_name text not null,
    at timestamptz not null
);
create index note_case on note (case_id, at);
comment on column note.note_id is 'plain: which note';
comment on column note.case_id is 'plain: which case';
comment on column note.body is 'personal: free text, sealed under the person''s key';
comment on column note.by_id is 'plain: who wrote it';
comment on column note.by_name is 'personal: name of the worker';
comment on column note.at is 'plain: when';
