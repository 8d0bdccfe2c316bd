-- Complaints under Right 12, what agencies without a feed tell, whose acts reach us, replies to breaches, actions, and
-- links by which a person sees their own rights. Free text is sealed.

create table complaint (
    complaint_id uuid primary key,
    reference text not null,
    case_id uuid,
    agency text not null,
    source text not null,
    state text not null check (state in ('received', 'acknowledged', 'answered', 'withdrawn')),
    received_at timestamptz not null,
    acknowledge_by timestamptz not null,
    acknowledged_at timestamptz,
    answer_by timestamptz not null,
    answered_at timestamptz,
    outcome text,
    learning text,
    ombudsman_told boolean not null default false,
    words bytea,
    reach bytea,
    answer bytea,
    entered_by uuid,
    entered_at timestamptz not null,
    version int not null default 1
);
create index complaint_open on complaint (answer_by, complaint_id) where state in ('received', 'acknowledged');
create index complaint_of_case on complaint (case_id) where case_id is not null;
comment on column complaint.complaint_id is 'plain: made by the form, so that sending it twice takes it in once';
comment on column complaint.reference is 'plain: short reference for the phone';
comment on column complaint.case_id is 'plain: whose case, where it is known';
comment on column complaint.agency is 'plain: who is complained of, by its id in the catalogue; unknown until somebody finds out';
comment on column complaint.source is 'plain: who brought it';
comment on column complaint.state is 'plain: how it stands';
comment on column complaint.received_at is 'plain: when it was received';
comment on column complaint.acknowledge_by is 'plain: the last instant for the acknowledgement';
comment on column complaint.acknowledged_at is 'plain: when it was acknowledged';
comment on column complaint.answer_by is 'plain: the day of an answer as told to the person, moved by extensions';
comment on column complaint.answered_at is 'plain: when it was answered';
comment on column complaint.outcome is 'plain: upheld, partly_upheld, not_upheld or withdrawn';
comment on column complaint.learning is 'plain: what was learned, as a code';
comment on column complaint.ombudsman_told is 'plain: whether the person was told of the Ombudsman';
comment on column complaint.words is 'personal: what the person said, sealed';
comment on column complaint.reach is 'personal: how the person wants to be reached, sealed';
comment on column complaint.answer is 'personal: the answer, sealed';
comment on column complaint.entered_by is 'plain: the worker who took it in; null = by the public form';
comment on column complaint.entered_at is 'plain: when it was entered';
comment on column complaint.version is 'plain: counts changes, so that two people do not change it at once';

create table complaint_step (
    complaint_id uuid not null,
    number int not null,
    kind text not null,
    at timestamptz not null,
    code text,
    until timestamptz,
    entered_by uuid,
    entered_role text not null,
    primary key (complaint_id, number)
);
comment on column complaint_step.complaint_id is 'plain: of which complaint';
comment on column complaint_step.number is 'plain: in the order of writing';
comment on column complaint_step.kind is 'plain: received, acknowledged, extended, redirected, answered, withdrawn, case_found or clocks_linked';
comment on column complaint_step.at is 'plain: when it was done';
comment on column complaint_step.code is 'plain: reason of an extension, agency redirected to, or outcome';
comment on column complaint_step.until is 'plain: the day of an answer from then on';
comment on column complaint_step.entered_by is 'plain: the worker; null = the public form';
comment on column complaint_step.entered_role is 'plain: role of whoever did it';

create table complaint_clock (
    complaint_id uuid not null,
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    primary key (complaint_id, case_id, entitlement, occurrence)
);
comment on column complaint_clock.complaint_id is 'plain: of which complaint';
comment on column complaint_clock.case_id is 'plain: to whom the duty is owed';
comment on column complaint_clock.entitlement is 'plain: the duty complained of';
comment on column complaint_clock.occurrence is 'plain: which of its clocks, where it repeats';

create table import_batch (
    import_id uuid primary key,
    agency text not null,
    imported_at timestamptz not null,
    imported_by uuid not null,
    lines int not null,
    added int not null
);
comment on column import_batch.import_id is 'plain: made by the form, so that sending it twice imports once';
comment on column import_batch.agency is 'plain: whose acts they are';
comment on column import_batch.imported_at is 'plain: when';
comment on column import_batch.imported_by is 'plain: the worker who imported them';
comment on column import_batch.lines is 'plain: how many lines there were';
comment on column import_batch.added is 'plain: how many of them were new';

create table import_line (
    agency text not null,
    line_id text not null,
    import_id uuid not null,
    sha256 text not null,
    primary key (agency, line_id)
);
comment on column import_line.agency is 'plain: whose act it is';
comment on column import_line.line_id is 'plain: the agency''s own id of the line';
comment on column import_line.import_id is 'plain: the import that brought it';
comment on column import_line.sha256 is 'plain: digest of what the line said';

create table coverage_line (
    line_id uuid primary key,
    agency text not null,
    duties text[],
    from_day date not null,
    to_day date,
    by_what text not null,
    entered_by uuid not null,
    entered_at timestamptz not null,
    applied_at timestamptz
);
comment on column coverage_line.line_id is 'plain: made by the form';
comment on column coverage_line.agency is 'plain: whose acts reach us';
comment on column coverage_line.duties is 'plain: for which duties; null = all';
comment on column coverage_line.from_day is 'plain: from which day';
comment on column coverage_line.to_day is 'plain: until which day; null = still';
comment on column coverage_line.by_what is 'plain: by which way, as a code';
comment on column coverage_line.entered_by is 'plain: the worker who entered it';
comment on column coverage_line.entered_at is 'plain: when it was entered';
comment on column coverage_line.applied_at is 'plain: when every clock had been decided by it; null = not yet, or changed since';

create table breach_reply (
    reply_id uuid primary key,
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    agency text not null,
    reason_code text not null,
    words text,
    replied_at timestamptz not null,
    entered_by uuid not null,
    decision text check (decision in ('accepted', 'not_accepted')),
    decided_at timestamptz,
    decided_by uuid
);
create index breach_reply_of_clock on breach_reply (case_id, entitlement, occurrence);
comment on column breach_reply.reply_id is 'plain: made by the form, so that sending it twice replies once';
comment on column breach_reply.case_id is 'plain: to whom the duty is owed';
comment on column breach_reply.entitlement is 'plain: the duty';
comment on column breach_reply.occurrence is 'plain: which of its clocks, where it repeats';
comment on column breach_reply.agency is 'plain: who replies';
comment on column breach_reply.reason_code is 'plain: why, as a code';
comment on column breach_reply.words is 'plain: the agency''s words; the form asks for none that name or describe a person';
comment on column breach_reply.replied_at is 'plain: when it was entered';
comment on column breach_reply.entered_by is 'plain: the worker who entered it';
comment on column breach_reply.decision is 'plain: whether compliance accepts it; null = not decided yet';
comment on column breach_reply.decided_at is 'plain: when that was decided';
comment on column breach_reply.decided_by is 'plain: who decided';

create table oversight_action (
    action_id uuid primary key,
    agency text not null,
    entitlement text,
    what text not null,
    owner text not null,
    due_on date not null,
    entered_at timestamptz not null,
    entered_by uuid not null,
    done_at timestamptz,
    done_by uuid
);
comment on column oversight_action.action_id is 'plain: made by the form, so that sending it twice adds one';
comment on column oversight_action.agency is 'plain: who is to act';
comment on column oversight_action.entitlement is 'plain: about which duty; null = in general';
comment on column oversight_action.what is 'plain: what is to be done; the form asks for no words about a person';
comment on column oversight_action.owner is 'plain: the post that owns it, not a name';
comment on column oversight_action.due_on is 'plain: by which day';
comment on column oversight_action.entered_at is 'plain: when it was entered';
comment on column oversight_action.entered_by is 'plain: the worker who entered it';
comment on column oversight_action.done_at is 'plain: when it was done; null = open';
comment on column oversight_action.done_by is 'plain: who said that it was done';

create table own_rights_link (
    request_id uuid primary key,
    case_id uuid not null,
    asked_at timestamptz not null,
    asked_by uuid not null,
    state text not null check (state in ('asked', 'sent', 'withheld')),
    reason text,
    token_sha256 text unique,
    over_at timestamptz not null,
    used_at timestamptz,
    revoked_at timestamptz,
    code_blind bytea unique
);
create index own_rights_link_of_case on own_rights_link (case_id);
comment on column own_rights_link.request_id is 'plain: the request to the one that holds contact details';
comment on column own_rights_link.case_id is 'plain: whose rights it shows';
comment on column own_rights_link.asked_at is 'plain: when a worker asked for it';
comment on column own_rights_link.asked_by is 'plain: the worker';
comment on column own_rights_link.state is 'plain: asked, sent or withheld';
comment on column own_rights_link.reason is 'plain: why it was withheld, as a code';
comment on column own_rights_link.token_sha256 is 'plain: digest of the link''s token, which is nowhere here';
comment on column own_rights_link.over_at is 'plain: until when the link and the code work';
comment on column own_rights_link.used_at is 'plain: when the link was exchanged for a code';
comment on column own_rights_link.revoked_at is 'plain: when it was switched off because a channel became unsafe';
comment on column own_rights_link.code_blind is 'plain: blind index of the code for coming back';

grant usage on schema public to {database}_portal;
grant select, insert, update, delete on complaint, complaint_step, complaint_clock, import_batch, import_line,
    coverage_line, breach_reply, oversight_action, own_rights_link to {database}_worker;
grant select, insert, update on complaint, complaint_step, complaint_clock, import_batch, import_line, coverage_line,
    breach_reply, oversight_action, own_rights_link to {database}_hub;
grant delete on complaint_clock to {database}_hub;
grant insert on complaint, complaint_step to {database}_portal;
grant select on own_rights_link, code_case, entitlement to {database}_portal;
grant update (used_at, code_blind) on own_rights_link to {database}_portal;

do $$
declare name text;
begin
    foreach name in array array['complaint', 'breach_reply', 'own_rights_link'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (case_id is null'
            ' or (select current_setting(''app.restricted'', true)) = ''on'''
            ' or case_id not in (select r.case_id from restricted_case r))', name);
    end loop;
    foreach name in array array['complaint_step', 'complaint_clock'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (complaint_id in (select c.complaint_id from complaint c))', name);
    end loop;
end $$;

-- The neutral pages take complaints in, without reading one, and see the rights of the one case whose link or code the
-- transaction names.
create policy portal on complaint for insert to {database}_portal with check (case_id is null and entered_by is null);
create policy portal on complaint_step for insert to {database}_portal with check (entered_by is null);
create policy portal on own_rights_link to {database}_portal
    using (revoked_at is null and state = 'sent'
           and (token_sha256 = (select nullif(current_setting('app.token_sha256', true), ''))
                or code_blind = (select decode(nullif(current_setting('app.code_blind', true), ''), 'hex'))
                or request_id = (select nullif(current_setting('app.request_id', true), '')::uuid)));
create policy portal on code_case for select to {database}_portal
    using (case_id in (select l.case_id from own_rights_link l));
create policy portal on entitlement for select to {database}_portal
    using (case_id in (select l.case_id from own_rights_link l));
