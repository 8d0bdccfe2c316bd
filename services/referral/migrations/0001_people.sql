-- People: who they are (sealed), how they may be reached, and what of a crime became a case.

create table crime (
    crime_id uuid primary key,
    force text not null,
    crime_reference text,
    revision int not null,
    received_at timestamptz not null,
    reported_at timestamptz not null,
    recorded_at timestamptz not null,
    people int not null default 0,
    businesses int not null default 0,
    bereaved int not null default 0,
    cases int not null default 0,
    heard int not null default 0,
    stale int not null default 0
);
comment on column crime.crime_id is 'plain: the source''s stable id';
comment on column crime.force is 'plain: Home Office force code';
comment on column crime.crime_reference is 'plain: the force''s own number of the crime';
comment on column crime.revision is 'plain: the revision held; 1 as first recorded';
comment on column crime.received_at is 'plain: when the hub was first told (time of the event)';
comment on column crime.reported_at is 'plain: when it was reported to the police';
comment on column crime.recorded_at is 'plain: when the police recorded it';
comment on column crime.people is 'plain: how many people harmed by it we were ever told of, the dead and businesses apart';
comment on column crime.businesses is 'plain: how many businesses';
comment on column crime.bereaved is 'plain: how many bereaved people';
comment on column crime.cases is 'plain: how many cases it opened; 0 = without a victim';
comment on column crime.heard is 'plain: how many snapshots of it were applied or ignored';
comment on column crime.stale is 'plain: snapshots ignored because they were older than the one held';

create table suspect (
    crime_id uuid not null,
    force text not null,
    suspect_ref text not null,
    primary key (crime_id, suspect_ref)
);
create index suspect_by_ref on suspect (suspect_ref, force);
comment on column suspect.crime_id is 'plain: in which crime';
comment on column suspect.force is 'plain: Home Office force code';
comment on column suspect.suspect_ref is 'plain: the police''s number of the person, in the space of victim references';

create table person (
    person_id uuid primary key,
    force text,
    police_ref text,
    kind text not null,
    restricted boolean not null default false,
    first_seen_at timestamptz not null,
    merged_into uuid references person,
    no_feedback_since timestamptz,
    unique (force, police_ref)
);
comment on column person.person_id is 'plain: the person across their cases';
comment on column person.force is 'plain: whose person reference; null for a self-referral';
comment on column person.police_ref is 'plain: the police''s person reference, a number without a name';
comment on column person.kind is 'plain: person, business, bereaved or witness';
comment on column person.restricted is 'plain: absent for everybody without the right';
comment on column person.first_seen_at is 'plain: when the hub first heard of the person';
comment on column person.merged_into is 'plain: the person that a worker found to be the same';
comment on column person.no_feedback_since is 'plain: since when the person wants no question about how it went';

create table person_sealed (
    person_id uuid primary key references person,
    given_names bytea,
    family_name bytea,
    date_of_birth bytea,
    address bytea,
    code_word bytea,
    updated_at timestamptz not null
);
comment on column person_sealed.person_id is 'plain: whose';
comment on column person_sealed.given_names is 'personal: given names, sealed under the person''s key';
comment on column person_sealed.family_name is 'personal: family name, sealed';
comment on column person_sealed.date_of_birth is 'personal: date of birth, sealed';
comment on column person_sealed.address is 'personal: address lines and postcode, JSON, sealed';
comment on column person_sealed.code_word is 'personal: the word by which the person knows it is us, sealed';
comment on column person_sealed.updated_at is 'plain: when it was last written';

create table person_index (
    kind text not null,
    digest bytea not null,
    person_id uuid not null references person,
    primary key (kind, digest, person_id)
);
create index person_index_person on person_index (person_id);
comment on column person_index.kind is 'plain: name_and_birth, name, phone, email or postcode';
comment on column person_index.digest is 'personal: keyed digest of the value, for search by equality';
comment on column person_index.person_id is 'plain: who';

create table same_person (
    person_id uuid not null references person,
    other_id uuid not null references person,
    matched text[] not null,
    proposed_at timestamptz not null,
    same boolean,
    decided_by uuid,
    decided_at timestamptz,
    primary key (person_id, other_id),
    check (person_id < other_id)
);
create index same_person_open on same_person (person_id) where same is null;
create index same_person_open_other on same_person (other_id) where same is null;
comment on column same_person.person_id is 'plain: one';
comment on column same_person.other_id is 'plain: the other';
comment on column same_person.matched is 'plain: names of the indexes that agree';
comment on column same_person.proposed_at is 'plain: when it was noticed';
comment on column same_person.same is 'plain: what a worker decided; null while open';
comment on column same_person.decided_by is 'plain: who decided';
comment on column same_person.decided_at is 'plain: when';

create table channel (
    person_id uuid not null,
    kind text not null,
    safety text not null check (safety in ('safe', 'unsafe', 'unknown')),
    locked_at timestamptz,
    locked_why text,
    value bytea,
    value_index bytea,
    days text,
    hours text,
    voicemail boolean,
    say_who boolean,
    language text,
    interpreter boolean,
    set_by uuid,
    set_by_role text not null,
    set_at timestamptz not null,
    checked_at timestamptz,
    primary key (person_id, kind)
);
comment on column channel.person_id is 'plain: whose';
comment on column channel.kind is 'plain: mobile, landline, text, email, letter, in_person or somebody';
comment on column channel.safety is 'plain: safe, unsafe or unknown';
comment on column channel.locked_at is 'plain: since when it is locked; only somebody who spoke to the person lifts it';
comment on column channel.locked_why is 'plain: coded reason of the lock';
comment on column channel.value is 'personal: number or address, sealed under the person''s key';
comment on column channel.value_index is 'personal: keyed digest of the value';
comment on column channel.days is 'plain: days on which it may be used';
comment on column channel.hours is 'plain: hours in which it may be used';
comment on column channel.voicemail is 'plain: whether a message may be left; null = not known';
comment on column channel.say_who is 'plain: whether we may say who we are; null = not known';
comment on column channel.language is 'plain: language tag to use';
comment on column channel.interpreter is 'plain: whether an interpreter is needed';
comment on column channel.set_by is 'plain: who set the safety; null for the police';
comment on column channel.set_by_role is 'plain: in which role';
comment on column channel.set_at is 'plain: when the safety was set';
comment on column channel.checked_at is 'plain: when it was last checked with the person';

create table sealed_arrival (
    id bigint generated always as identity primary key,
    crime_id uuid not null,
    force text not null,
    victim_ref text not null,
    person_id uuid,
    case_id uuid,
    kin jsonb not null default '{}',
    jwe text not null,
    received_at timestamptz not null
);
comment on column sealed_arrival.id is 'plain: order of arrival';
comment on column sealed_arrival.crime_id is 'plain: of which crime';
comment on column sealed_arrival.force is 'plain: Home Office force code';
comment on column sealed_arrival.victim_ref is 'plain: of whom, as in the protected header';
comment on column sealed_arrival.person_id is 'plain: of whom; null for one who died';
comment on column sealed_arrival.case_id is 'plain: for which case; null for one who died';
comment on column sealed_arrival.kin is 'plain: kin_ref to [case, person] of bereaved people whose details it may hold';
comment on column sealed_arrival.jwe is 'personal: details as received, sealed under the ingest key, until they are opened';
comment on column sealed_arrival.received_at is 'plain: when they came (time of the event)';
