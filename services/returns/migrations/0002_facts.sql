create table fact (
    position bigint primary key,
    type text not null,
    event_time timestamptz not null,
    happened_at timestamptz not null,
    source text not null,
    case_id uuid,
    crime_id uuid,
    person_id uuid,
    referral_id uuid,
    leg_id uuid,
    line text,
    provider_id uuid,
    contract_id uuid,
    local_authority text,
    home_local_authority text,
    offence_code text,
    offence_group text,
    offence_subgroup text,
    incident_kind text,
    domestic boolean,
    flags text[],
    recorded_at timestamptz,
    reported_at timestamptz,
    revision int,
    outcome_code text,
    outcome_at timestamptz,
    outcome_reasons text[],
    reported boolean,
    age_band text,
    sex text,
    ethnicity_group text,
    kind text,
    entitlement text,
    milestone_id text,
    clock_id uuid,
    started_at timestamptz,
    due_at timestamptz,
    met_at timestamptz,
    in_time boolean,
    enhanced boolean,
    state text,
    reason text,
    channel text,
    purpose text,
    outcome text,
    reached boolean,
    for_support boolean,
    leg_number int,
    evidence_entered_late boolean,
    covered boolean,
    removed boolean,
    nrm text
);
create index on fact (type, happened_at);
create index on fact (case_id) where case_id is not null;
create index fact_crime on fact (crime_id, revision desc, position desc)
    where type in ('police.crime.recorded.v1', 'police.crime.updated.v1');
create index fact_due on fact (due_at) where due_at is not null;
comment on column fact.position is 'plain: position of the event in the archive';
comment on column fact.type is 'plain: ce_type';
comment on column fact.event_time is 'plain: ce_time';
comment on column fact.happened_at is 'plain: when it happened, by the event itself';
comment on column fact.source is 'plain: ce_source';
comment on column fact.case_id is 'plain: the case it speaks of';
comment on column fact.crime_id is 'plain: the crime it speaks of';
comment on column fact.person_id is 'personal: number made from the police''s person reference';
comment on column fact.referral_id is 'plain: the referral';
comment on column fact.leg_id is 'plain: the leg of the referral';
comment on column fact.line is 'plain: the service line';
comment on column fact.provider_id is 'plain: the provider';
comment on column fact.contract_id is 'plain: the contract';
comment on column fact.local_authority is 'plain: where the crime happened';
comment on column fact.home_local_authority is 'personal: where the person lives, as an authority';
comment on column fact.offence_code is 'plain: Home Office code; null for an incident that is no crime';
comment on column fact.offence_group is 'plain: offence group of that code';
comment on column fact.offence_subgroup is 'plain: offence subgroup of that code';
comment on column fact.incident_kind is 'plain: kind of an incident that is no crime';
comment on column fact.domestic is 'plain: domestic by flag, incident, code or relationship';
comment on column fact.flags is 'plain: flags of the crime';
comment on column fact.recorded_at is 'plain: when the police recorded it';
comment on column fact.reported_at is 'plain: when it was reported';
comment on column fact.revision is 'plain: revision of the snapshot of a crime, from 1';
comment on column fact.outcome_code is 'plain: outcome of the crime';
comment on column fact.outcome_at is 'plain: when that outcome was given';
comment on column fact.outcome_reasons is 'plain: codes of the reasons of that outcome';
comment on column fact.reported is 'plain: reported to the police';
comment on column fact.age_band is 'personal: age as a band';
comment on column fact.sex is 'personal: sex';
comment on column fact.ethnicity_group is 'personal: group of the self-defined ethnicity';
comment on column fact.kind is 'plain: person, business, bereaved or witness; or kind of return';
comment on column fact.entitlement is 'plain: entitlement of the Code';
comment on column fact.milestone_id is 'plain: the milestone that gave rise to it';
comment on column fact.clock_id is 'plain: the clock';
comment on column fact.started_at is 'plain: when the clock started';
comment on column fact.due_at is 'plain: when it is due';
comment on column fact.met_at is 'plain: when the duty was met';
comment on column fact.in_time is 'plain: met by then';
comment on column fact.enhanced is 'plain: enhanced rights apply';
comment on column fact.state is 'plain: state announced';
comment on column fact.reason is 'plain: coded reason';
comment on column fact.channel is 'plain: kind of channel';
comment on column fact.purpose is 'plain: purpose of a contact';
comment on column fact.outcome is 'plain: outcome of an attempt';
comment on column fact.reached is 'plain: the person themselves was reached';
comment on column fact.for_support is 'plain: the contact was for support';
comment on column fact.leg_number is 'plain: which leg of the referral, from 1';
comment on column fact.evidence_entered_late is 'plain: met in time, on evidence entered after the due day';
comment on column fact.covered is 'plain: a feed or import of the agency covers this duty and period';
comment on column fact.removed is 'plain: absent from the last snapshot of the police';
comment on column fact.nrm is 'plain: what a first responder did about the National Referral Mechanism';

create table person_fact (
    position bigint not null,
    ordinal smallint not null,
    case_id uuid,
    crime_id uuid not null,
    person_id uuid not null,
    kind text not null,
    age_band text not null,
    sex text not null,
    ethnicity text not null,
    ethnicity_group text not null,
    home_local_authority text,
    repeat_victim boolean,
    share text,
    primary key (position, ordinal)
);
create index on person_fact (case_id);
create index on person_fact (crime_id);
comment on column person_fact.position is 'plain: position of the snapshot of the crime in the archive';
comment on column person_fact.ordinal is 'plain: which of its people';
comment on column person_fact.case_id is 'plain: the case of this person in this crime; null for the dead, who have none';
comment on column person_fact.crime_id is 'plain: the crime';
comment on column person_fact.person_id is 'personal: number made from the police''s person reference';
comment on column person_fact.kind is 'plain: person, business, bereaved, witness or deceased';
comment on column person_fact.age_band is 'personal: age at the report as a band';
comment on column person_fact.sex is 'personal: sex';
comment on column person_fact.ethnicity is 'personal: self-defined ethnicity, as received';
comment on column person_fact.ethnicity_group is 'personal: its group';
comment on column person_fact.home_local_authority is 'personal: where the person lives, as an authority';
comment on column person_fact.repeat_victim is 'plain: the police say so';
comment on column person_fact.share is 'plain: may the police share with the hub';

-- Figures are drawn by the worker, who sees everything: a sealed return counts restricted people. Staff see the lists
-- behind the figures, where a restricted person is absent for those without the right.
alter table fact enable row level security;
alter table fact force row level security;
alter table person_fact enable row level security;
alter table person_fact force row level security;
create policy worker on fact to returns_worker using (true) with check (true);
create policy worker on person_fact to returns_worker using (true) with check (true);
create policy hub on fact for select to returns_hub
    using (case_id is null or current_setting('app.restricted', true) = 'on'
           or not exists (select from restricted_case r where r.case_id = fact.case_id and r.restricted));
create policy hub on person_fact for select to returns_hub
    using (case_id is null or current_setting('app.restricted', true) = 'on'
           or not exists (select from restricted_case r where r.case_id = person_fact.case_id and r.restricted));

-- Facts may be made again from the archive; the archive itself is only ever added to.
grant select, insert, delete on fact, person_fact to returns_worker;
grant select on fact, person_fact to returns_hub;
