-- Contracts, referrals and their legs, what a person agreed to, and how they were reached.

create table contract_state (
    contract_id uuid primary key,
    provider_id uuid not null,
    state text not null,
    places int,
    waiting int,
    until date,
    changed_at timestamptz not null,
    changed_by uuid
);
comment on column contract_state.contract_id is 'plain: which contract of the directory';
comment on column contract_state.provider_id is 'plain: whose';
comment on column contract_state.state is 'plain: open, limited, waiting_list, closed, paused, needs_assessment_first or unknown';
comment on column contract_state.places is 'plain: free places; null = not said';
comment on column contract_state.waiting is 'plain: people on the waiting list';
comment on column contract_state.until is 'plain: until when the state is meant to last';
comment on column contract_state.changed_at is 'plain: when it was said';
comment on column contract_state.changed_by is 'plain: who said it';

create table referral (
    referral_id uuid primary key,
    case_id uuid not null,
    line text not null,
    state text not null,
    source text not null,
    automatic boolean not null,
    urgent boolean not null default false,
    follows uuid,
    leg_id uuid,
    provider_id uuid,
    contract_id uuid,
    version int not null default 1,
    received_at timestamptz not null,
    triaged_at timestamptz,
    first_attempt_at timestamptz,
    reached_at timestamptz,
    sent_at timestamptz,
    viewed_at timestamptz,
    asked_at timestamptz,
    answered_at timestamptz,
    accepted_at timestamptz,
    started_at timestamptz,
    paused_at timestamptz,
    ended_at timestamptz,
    reason text,
    attempts int not null default 0,
    gate text,
    settled boolean not null default true,
    updated_at timestamptz not null
) with (fillfactor = 85);
create index referral_case on referral (case_id, referral_id);
create index referral_unsettled on referral (updated_at, referral_id) where not settled;
comment on column referral.referral_id is 'plain: which referral';
comment on column referral.case_id is 'plain: of which case';
comment on column referral.line is 'plain: service line';
comment on column referral.state is 'plain: state of the transition table';
comment on column referral.source is 'plain: police, self, agency, ...';
comment on column referral.automatic is 'plain: sent by the dated policy, without a human';
comment on column referral.urgent is 'plain: life safety';
comment on column referral.follows is 'plain: the closed referral that it continues';
comment on column referral.leg_id is 'plain: the leg now tried';
comment on column referral.provider_id is 'plain: its provider';
comment on column referral.contract_id is 'plain: its contract';
comment on column referral.version is 'plain: number of transitions';
comment on column referral.received_at is 'plain: when it began';
comment on column referral.triaged_at is 'plain: when it was triaged';
comment on column referral.first_attempt_at is 'plain: first attempt to reach the person';
comment on column referral.reached_at is 'plain: when the person was first reached';
comment on column referral.sent_at is 'plain: when it first left for a provider';
comment on column referral.viewed_at is 'plain: when the provider first opened it';
comment on column referral.asked_at is 'plain: since when a question of the provider is open';
comment on column referral.answered_at is 'plain: when the last question was answered';
comment on column referral.accepted_at is 'plain: when a provider accepted';
comment on column referral.started_at is 'plain: when support started';
comment on column referral.paused_at is 'plain: since when support is on hold';
comment on column referral.ended_at is 'plain: when it ended, in whichever way';
comment on column referral.reason is 'plain: coded reason of the last transition that had one';
comment on column referral.attempts is 'plain: attempts to reach the person';
comment on column referral.gate is 'plain: what let it leave: police_share, agreement or override';
comment on column referral.settled is 'plain: whether its case has followed its last transition';
comment on column referral.updated_at is 'plain: when it last changed';

create table leg (
    leg_id uuid primary key,
    referral_id uuid not null references referral,
    case_id uuid not null,
    person_id uuid not null,
    number int not null,
    reference text not null,
    line text not null,
    provider_id uuid not null,
    contract_id uuid not null,
    state text not null check (state in ('leaving', 'sent', 'accepted', 'waitlisted', 'declined', 'withdrawn', 'ended')),
    automatic boolean not null,
    restricted boolean not null default false,
    gate text,
    release_at timestamptz,
    sent_at timestamptz,
    sent_by uuid,
    viewed_at timestamptz,
    answered_at timestamptz,
    decline_reason text,
    better_line text,
    assigned_to uuid,
    pack bytea,
    pack_fields text[],
    pack_sha256 text,
    unique (referral_id, number)
);
create index leg_provider on leg (provider_id, state, sent_at, leg_id);
create index leg_case on leg (case_id);
create index leg_leaving on leg (release_at, leg_id) where state = 'leaving';
create index leg_silent on leg (sent_at, leg_id) where state = 'sent' and viewed_at is null;
create index leg_unpacked on leg (sent_at, leg_id) where pack is null and state = 'sent';
comment on column leg.leg_id is 'plain: which leg';
comment on column leg.referral_id is 'plain: of which referral';
comment on column leg.case_id is 'plain: of which case';
comment on column leg.person_id is 'plain: who; under whose key the pack is sealed';
comment on column leg.number is 'plain: first, second, ... provider tried';
comment on column leg.reference is 'plain: short reference of the case';
comment on column leg.line is 'plain: service line';
comment on column leg.provider_id is 'plain: who is tried';
comment on column leg.contract_id is 'plain: under which contract';
comment on column leg.state is 'plain: leaving (may still be undone), sent, accepted, waitlisted, declined, withdrawn, ended';
comment on column leg.automatic is 'plain: sent without a human';
comment on column leg.restricted is 'plain: of a restricted person: seen by the named worker only';
comment on column leg.gate is 'plain: what let it leave: police_share, agreement or override';
comment on column leg.release_at is 'plain: until when it can be undone';
comment on column leg.sent_at is 'plain: when it left';
comment on column leg.sent_by is 'plain: who sent it; null = the policy';
comment on column leg.viewed_at is 'plain: when the provider first opened it';
comment on column leg.answered_at is 'plain: when the provider answered';
comment on column leg.decline_reason is 'plain: coded reason of a decline';
comment on column leg.better_line is 'plain: the provider''s better idea';
comment on column leg.assigned_to is 'plain: the provider''s worker';
comment on column leg.pack is 'personal: what the provider was given, frozen, JSON, sealed under the person''s key';
comment on column leg.pack_fields is 'plain: names of the fields in the pack';
comment on column leg.pack_sha256 is 'plain: digest of the pack as shown to the officer';

create table consent (
    consent_id uuid primary key,
    person_id uuid not null,
    case_id uuid not null,
    purpose text not null,
    gate text not null default 'agreement',
    line text,
    provider_id uuid,
    contract_id uuid,
    scope text[] not null default '{}',
    how text,
    given_by text not null,
    taken_by uuid,
    taken_at timestamptz not null,
    expires_at timestamptz,
    withdrawn_at timestamptz,
    reason text,
    asked_by uuid,
    confirmed_by uuid,
    confirmed_at timestamptz,
    check (confirmed_by is distinct from asked_by or confirmed_by is null)
);
create index consent_case on consent (case_id, taken_at);
create index consent_person on consent (person_id);
create index consent_unconfirmed on consent (taken_at) where gate = 'override' and confirmed_at is null;
comment on column consent.consent_id is 'plain: which agreement or override';
comment on column consent.person_id is 'plain: whose';
comment on column consent.case_id is 'plain: in which case';
comment on column consent.purpose is 'plain: support, feedback, restorative_justice, safeguarding';
comment on column consent.gate is 'plain: agreement, or override for a lawful reason without it';
comment on column consent.line is 'plain: service line';
comment on column consent.provider_id is 'plain: to whom';
comment on column consent.contract_id is 'plain: under which contract';
comment on column consent.scope is 'plain: what may be shared';
comment on column consent.how is 'plain: channel by which it was given';
comment on column consent.given_by is 'plain: self, parent or representative';
comment on column consent.taken_by is 'plain: who took it';
comment on column consent.taken_at is 'plain: when';
comment on column consent.expires_at is 'plain: until when it counts';
comment on column consent.withdrawn_at is 'plain: when it was withdrawn';
comment on column consent.reason is 'plain: coded reason of an override or withdrawal';
comment on column consent.asked_by is 'plain: who asked for the override';
comment on column consent.confirmed_by is 'plain: the second person';
comment on column consent.confirmed_at is 'plain: when the second person confirmed';

create table contact_attempt (
    attempt_id uuid primary key,
    case_id uuid not null,
    referral_id uuid,
    provider_id uuid,
    channel text not null,
    outcome text not null,
    reached boolean not null,
    for_support boolean not null,
    at timestamptz not null,
    by_id uuid not null,
    by_role text not null
);
create index contact_attempt_case on contact_attempt (case_id, at);
comment on column contact_attempt.attempt_id is 'plain: which attempt';
comment on column contact_attempt.case_id is 'plain: whom';
comment on column contact_attempt.referral_id is 'plain: for which referral';
comment on column contact_attempt.provider_id is 'plain: by which provider; null = the hub';
comment on column contact_attempt.channel is 'plain: by which channel';
comment on column contact_attempt.outcome is 'plain: what came of it';
comment on column contact_attempt.reached is 'plain: whether the person themselves was reached';
comment on column contact_attempt.for_support is 'plain: to support, not to remind';
comment on column contact_attempt.at is 'plain: when';
comment on column contact_attempt.by_id is 'plain: who tried';
comment on column contact_attempt.by_role is 'plain: in which role';

create table mail (
    request_id uuid primary key,
    case_id uuid not null,
    person_id uuid not null,
    purpose text not null,
    template text not null,
    path text,
    channel text not null,
    token bytea not null,
    token_sha256 text not null,
    asked_at timestamptz not null,
    not_after timestamptz not null,
    sent_at timestamptz
);
create index mail_case on mail (case_id);
create index mail_ready on mail (asked_at, request_id) where sent_at is null;
comment on column mail.request_id is 'plain: which request';
comment on column mail.case_id is 'plain: whom it concerns';
comment on column mail.person_id is 'plain: who gets it';
comment on column mail.purpose is 'plain: what for';
comment on column mail.template is 'plain: which text';
comment on column mail.path is 'plain: where on the neutral origin its link leads';
comment on column mail.channel is 'plain: the safe channel chosen';
comment on column mail.token is 'personal: token of the link, sealed under the person''s key';
comment on column mail.token_sha256 is 'plain: digest of the token';
comment on column mail.asked_at is 'plain: when it was asked for';
comment on column mail.not_after is 'plain: not to be sent later';
comment on column mail.sent_at is 'plain: when it left';
