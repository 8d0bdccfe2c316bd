-- Who could be asked, when they are left in peace, whom we asked and what they answered. No name, no contact detail.

create table feedback_case (
    case_id uuid primary key,
    crime_id uuid,
    person_id uuid not null,
    age_band text not null,
    age_held boolean not null default false,
    share_refused boolean not null,
    restricted boolean not null,
    incident_on date not null,
    death_on date,
    safeguarding_on date,
    marac_on date,
    marac_referred_on date,
    major_incident boolean not null default false,
    agreed boolean
);
create index feedback_case_of_person on feedback_case (person_id);
create index feedback_case_of_crime on feedback_case (crime_id) where crime_id is not null;
comment on column feedback_case.case_id is 'plain: one person in one crime, or a self-referral';
comment on column feedback_case.crime_id is 'plain: the crime; null for a self-referral';
comment on column feedback_case.person_id is 'plain: random id of the person across cases; the case''s own where none was told';
comment on column feedback_case.age_band is 'personal: age at the report as a band';
comment on column feedback_case.age_held is 'personal: held back because the person may be a child';
comment on column feedback_case.share_refused is 'plain: the person said no to the police sharing with the hub';
comment on column feedback_case.restricted is 'plain: absent for everybody without the right';
comment on column feedback_case.incident_on is 'plain: day of the report, in London';
comment on column feedback_case.death_on is 'personal: of somebody bereaved, the day of the death as far as it is known';
comment on column feedback_case.safeguarding_on is 'personal: last day on which an event spoke of safeguarding';
comment on column feedback_case.marac_on is 'personal: day of the MARAC, where it was told';
comment on column feedback_case.marac_referred_on is 'personal: last day on which the case was sent to a MARAC';
comment on column feedback_case.major_incident is 'plain: linked to a major incident';
comment on column feedback_case.agreed is 'plain: the person''s own answer to being asked for feedback; null = nobody asked';

create table hearing (
    about uuid not null,
    hearing_id text not null,
    at timestamptz not null,
    primary key (about, hearing_id)
);
comment on column hearing.about is 'plain: the case that it concerns, or the crime where it concerns everybody harmed by it';
comment on column hearing.hearing_id is 'plain: the court''s id of the hearing, else the milestone''s; listed again it replaces the day';
comment on column hearing.at is 'plain: when it takes place';

create table feedback_window (
    window_id uuid primary key,
    case_id uuid not null references feedback_case,
    referral_id uuid not null unique,
    line text not null,
    provider_id uuid,
    contract_id uuid,
    ended text not null check (ended in ('completed', 'ended_early', 'declined')),
    ended_at timestamptz not null,
    wanted boolean not null,
    heard int not null default 1,
    questionnaire text not null,
    decide_at timestamptz,
    closes_at timestamptz not null,
    state text not null check (state in ('open', 'requested', 'invited', 'answered', 'withheld', 'stopped')),
    reason text,
    attempt int not null default 0,
    channel text,
    told int not null default 0,
    token_sha256 text unique,
    token_until timestamptz,
    token_used_at timestamptz,
    revoked_at timestamptz,
    check (state <> 'withheld' or reason is not null)
);
create index feedback_window_to_decide on feedback_window (decide_at, window_id)
    where decide_at is not null and state in ('open', 'withheld');
create index feedback_window_of_case on feedback_window (case_id);
comment on column feedback_window.window_id is 'plain: the window; announced as invitation_id';
comment on column feedback_window.case_id is 'plain: whose';
comment on column feedback_window.referral_id is 'plain: the referral that ended';
comment on column feedback_window.line is 'plain: its service line';
comment on column feedback_window.provider_id is 'plain: its last provider';
comment on column feedback_window.contract_id is 'plain: its last contract';
comment on column feedback_window.ended is 'plain: completed, ended_early or declined (by the person)';
comment on column feedback_window.ended_at is 'plain: when it ended';
comment on column feedback_window.wanted is 'plain: false when the provider was told that the person wants no questions';
comment on column feedback_window.heard is 'plain: how many events told of this end';
comment on column feedback_window.questionnaire is 'plain: version of the questions';
comment on column feedback_window.decide_at is 'plain: when it is decided next; null = nothing to decide';
comment on column feedback_window.closes_at is 'plain: after this nobody is asked any more';
comment on column feedback_window.state is 'plain: open, requested, invited, answered, withheld or stopped';
comment on column feedback_window.reason is 'plain: why it is withheld, as a code';
comment on column feedback_window.attempt is 'plain: how many requests for contact were made';
comment on column feedback_window.channel is 'plain: by which channel the invitation went';
comment on column feedback_window.told is 'plain: how many announcements speak of it';
comment on column feedback_window.token_sha256 is 'plain: digest of the link''s token; the token is nowhere here';
comment on column feedback_window.token_until is 'plain: until when the link works';
comment on column feedback_window.token_used_at is 'plain: when the link was exchanged; it works once';
comment on column feedback_window.revoked_at is 'plain: since when link and code are dead, because the channel is not safe any more';

create table contact_request (
    request_id uuid primary key,
    window_id uuid not null references feedback_window,
    asked_at timestamptz not null,
    not_after timestamptz not null,
    answer text check (answer in ('sent', 'withheld', 'none')),
    reason text,
    answered_at timestamptz
);
create index contact_request_of_window on contact_request (window_id);
create index contact_request_pending on contact_request (not_after) where answer is null;
comment on column contact_request.request_id is 'plain: the request announced as contact.requested';
comment on column contact_request.window_id is 'plain: for which window';
comment on column contact_request.asked_at is 'plain: when it was announced';
comment on column contact_request.not_after is 'plain: after this it is void';
comment on column contact_request.answer is 'plain: sent, withheld, or none in time; null = pending';
comment on column contact_request.reason is 'plain: why nothing left, as a code';
comment on column contact_request.answered_at is 'plain: when it was answered';

create table stopped (
    case_id uuid primary key references feedback_case,
    at timestamptz not null
);
comment on column stopped.case_id is 'plain: the case by which the person said no for ever; it holds for all of theirs';
comment on column stopped.at is 'plain: when';

create table response (
    response_id uuid primary key,
    window_id uuid not null unique references feedback_window,
    case_id uuid not null references feedback_case,
    started_at timestamptz not null,
    code_blind bytea not null unique,
    code_until timestamptz not null,
    draft jsonb,
    sent_at timestamptz,
    withdrawn_at timestamptz,
    words bytea,
    words_danger boolean,
    words_shared boolean not null default false,
    read_by uuid,
    read_at timestamptz,
    read_outcome text check (read_outcome in ('no_action', 'passed_on', 'safeguarding')),
    check ((read_at is null) = (read_outcome is null))
);
create index response_to_read on response (sent_at) where words is not null and read_at is null;
comment on column response.response_id is 'plain: one person''s answers';
comment on column response.window_id is 'plain: to which invitation';
comment on column response.case_id is 'plain: whose; its key seals the words';
comment on column response.started_at is 'plain: when the link was exchanged';
comment on column response.code_blind is 'plain: keyed digest of the code for coming back; the code is nowhere here';
comment on column response.code_until is 'plain: until when the code works';
comment on column response.draft is 'personal: answers saved and not sent yet, as codes';
comment on column response.sent_at is 'plain: when the answers were sent';
comment on column response.withdrawn_at is 'plain: when the person took them back';
comment on column response.words is 'personal: free text, sealed under the case''s key';
comment on column response.words_danger is 'personal: the words hold a sign for which they are read first';
comment on column response.words_shared is 'plain: the person said that the service may read the words';
comment on column response.read_by is 'plain: the worker who read the words';
comment on column response.read_at is 'plain: when';
comment on column response.read_outcome is 'plain: what came of it: no_action, passed_on or safeguarding';

create table answer (
    response_id uuid not null references response,
    question text not null,
    score smallint check (score between 1 and 5),
    instead text check (instead in ('skipped', 'rather_not_say')),
    primary key (response_id, question),
    check ((score is null) <> (instead is null))
);
comment on column answer.response_id is 'plain: whose answer';
comment on column answer.question is 'plain: code of the question';
comment on column answer.score is 'personal: 1 (worst) to 5 (best)';
comment on column answer.instead is 'personal: why there is no score: skipped is not the same as rather_not_say';
