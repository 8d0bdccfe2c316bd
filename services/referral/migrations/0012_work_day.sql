-- The working day: notes and drafts, workers and their cases, what changed, kept filters, notices, and mail that leaves.

alter table note
    add column person_id uuid,
    add column kind text not null default 'general',
    add column corrects uuid references note,
    add column by_role text not null default 'officer';
comment on column note.person_id is 'plain: under whose key';
comment on column note.kind is 'plain: kind of note, of the list of kinds';
comment on column note.corrects is 'plain: the earlier note that it corrects; that one stays as it was';
comment on column note.by_role is 'plain: in which role it was written';

create table draft (
    draft_id uuid primary key,
    case_id uuid not null,
    person_id uuid not null,
    worker_id uuid not null,
    form text not null,
    body bytea not null,
    version int not null,
    saved_at timestamptz not null,
    kept_until timestamptz not null
);
create index draft_of_worker on draft (worker_id, case_id);
create index draft_over on draft (kept_until);
comment on column draft.draft_id is 'plain: which draft; also the id of what it becomes';
comment on column draft.case_id is 'plain: which case';
comment on column draft.person_id is 'plain: under whose key';
comment on column draft.worker_id is 'plain: whose draft';
comment on column draft.form is 'plain: which form: note';
comment on column draft.body is 'personal: the fields as written so far, JSON, sealed under the person''s key';
comment on column draft.version is 'plain: how often it was saved; a stale tab does not overwrite a newer text';
comment on column draft.saved_at is 'plain: when it was last saved';
comment on column draft.kept_until is 'plain: forgotten after this';

alter table task add column note_id uuid;
comment on column task.note_id is 'plain: the note that says what was done';

create table worker (
    worker_id uuid primary key,
    name text not null,
    role text not null,
    met_at timestamptz not null,
    left_at timestamptz
);
comment on column worker.worker_id is 'plain: the user';
comment on column worker.name is 'personal: the worker''s name';
comment on column worker.role is 'plain: role in the hub';
comment on column worker.met_at is 'plain: when the copy was last compared with the list of users';
comment on column worker.left_at is 'plain: since when the worker is gone; null = here';

create table worker_skill (
    worker_id uuid not null references worker,
    skill text not null,
    from_day date not null,
    until_day date,
    set_by uuid not null,
    set_at timestamptz not null,
    primary key (worker_id, skill, from_day)
);
comment on column worker_skill.worker_id is 'plain: who';
comment on column worker_skill.skill is 'plain: which skill, of the list';
comment on column worker_skill.from_day is 'plain: first day it counts';
comment on column worker_skill.until_day is 'plain: last day it counts; null = open';
comment on column worker_skill.set_by is 'plain: who set it';
comment on column worker_skill.set_at is 'plain: when';

create table worker_leave (
    leave_id uuid primary key,
    worker_id uuid not null references worker,
    from_day date not null,
    until_day date not null,
    set_by uuid not null,
    set_at timestamptz not null,
    cancelled_at timestamptz,
    check (until_day >= from_day)
);
create index worker_leave_days on worker_leave (worker_id, until_day);
comment on column worker_leave.leave_id is 'plain: which leave';
comment on column worker_leave.worker_id is 'plain: who is away; nothing is said of why';
comment on column worker_leave.from_day is 'plain: first day away';
comment on column worker_leave.until_day is 'plain: last day away';
comment on column worker_leave.set_by is 'plain: who entered it';
comment on column worker_leave.set_at is 'plain: when';
comment on column worker_leave.cancelled_at is 'plain: when it was taken back';

create table assignment (
    assignment_id uuid primary key,
    case_id uuid not null,
    worker_id uuid,
    suggested_id uuid,
    before_id uuid,
    how text not null,
    reason text,
    by_id uuid not null,
    at timestamptz not null
);
create index assignment_case on assignment (case_id, at);
comment on column assignment.assignment_id is 'plain: which assignment';
comment on column assignment.case_id is 'plain: which case';
comment on column assignment.worker_id is 'plain: to whom; null = to nobody';
comment on column assignment.suggested_id is 'plain: whom the rule suggested at that moment';
comment on column assignment.before_id is 'plain: who looked after it before';
comment on column assignment.how is 'plain: suggested, chosen, self, bulk or leaver';
comment on column assignment.reason is 'plain: coded reason where the rule was overridden';
comment on column assignment.by_id is 'plain: who assigned';
comment on column assignment.at is 'plain: when';

create table case_look (
    worker_id uuid not null,
    case_id uuid not null,
    looked_at timestamptz not null,
    entry bigint not null,
    primary key (worker_id, case_id)
);
comment on column case_look.worker_id is 'plain: who looked';
comment on column case_look.case_id is 'plain: at which case';
comment on column case_look.looked_at is 'plain: when last';
comment on column case_look.entry is 'plain: latest entry of the timeline at that moment';

create table saved_filter (
    filter_id uuid primary key,
    worker_id uuid not null,
    queue text not null,
    line text,
    hold text,
    area text,
    sort text,
    changed boolean not null default false,
    kept_at timestamptz not null,
    unique nulls not distinct (worker_id, queue, line, hold, area, sort, changed)
);
comment on column saved_filter.filter_id is 'plain: which filter';
comment on column saved_filter.worker_id is 'plain: whose';
comment on column saved_filter.queue is 'plain: which queue';
comment on column saved_filter.line is 'plain: service line, or any';
comment on column saved_filter.hold is 'plain: hold, or any';
comment on column saved_filter.area is 'plain: area code, or any';
comment on column saved_filter.sort is 'plain: order, or the queue''s own';
comment on column saved_filter.changed is 'plain: only what changed since the worker last looked';
comment on column saved_filter.kept_at is 'plain: when it was kept';

create table worker_setting (
    worker_id uuid primary key,
    shortcuts boolean not null,
    blur_seconds int not null check (blur_seconds between 10 and 600)
);
comment on column worker_setting.worker_id is 'plain: whose';
comment on column worker_setting.shortcuts is 'plain: whether single keys do anything';
comment on column worker_setting.blur_seconds is 'plain: after how many idle seconds names are blurred';

create table notice (
    notice_id uuid primary key,
    role text not null,
    kind text not null,
    case_id uuid not null,
    at timestamptz not null,
    over_at timestamptz
);
create index notice_open on notice (role, at desc, notice_id) where over_at is null;
comment on column notice.notice_id is 'plain: computed from its kind, role and what it is about';
comment on column notice.role is 'plain: for whom';
comment on column notice.kind is 'plain: override_waiting, silent_provider or urgent_case';
comment on column notice.case_id is 'plain: which case';
comment on column notice.at is 'plain: since when';
comment on column notice.over_at is 'plain: when its cause went away';

create table notice_read (
    notice_id uuid not null references notice,
    worker_id uuid not null,
    read_at timestamptz not null,
    primary key (worker_id, notice_id)
);
comment on column notice_read.notice_id is 'plain: which notice';
comment on column notice_read.worker_id is 'plain: who read it';
comment on column notice_read.read_at is 'plain: when';

alter table mail
    add column state text not null default 'waiting'
        check (state in ('waiting', 'sending', 'sent', 'failed', 'withheld')),
    add column tries int not null default 0,
    add column next_at timestamptz not null default '-infinity',
    add column sending_since timestamptz,
    add column carrier text,
    add column why text;
create index mail_due on mail (next_at, request_id) where state in ('waiting', 'sending');
create index mail_newest on mail (asked_at desc, request_id);
comment on column mail.state is 'plain: waiting, sending, sent, failed (given up) or withheld (not safe, or too late)';
comment on column mail.tries is 'plain: how often it was handed to a carrier';
comment on column mail.next_at is 'plain: not tried before this';
comment on column mail.sending_since is 'plain: since when a worker is at it';
comment on column mail.carrier is 'plain: by what it left: outbox (to nowhere), smtp or notify';
comment on column mail.why is 'plain: coded reason why it waits, failed or was withheld';

create index case_owned on case_file (assigned_to, priority, act_by, case_id)
    where assigned_to is not null and state <> 'closed';

do $$
declare
    name text;
begin
    foreach name in array array['draft', 'worker', 'worker_skill', 'worker_leave', 'assignment', 'case_look',
                                'saved_filter', 'worker_setting', 'notice', 'notice_read']
    loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
        execute format('grant select, insert, update on %I to {database}_hub', name);
    end loop;
    foreach name in array array['worker', 'worker_skill', 'worker_leave'] loop
        execute format('create policy hub on %I to {database}_hub using (true)', name);
    end loop;
    foreach name in array array['assignment', 'notice'] loop
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from case_file c'
                       ' where c.case_id = %I.case_id))', name, name);
    end loop;
    -- What belongs to one worker is seen by that worker alone.
    foreach name in array array['saved_filter', 'worker_setting', 'notice_read'] loop
        execute format('create policy hub on %I to {database}_hub using'
                       ' (worker_id = (select nullif(current_setting(''app.user_id'', true), '''')::uuid))', name);
    end loop;
    foreach name in array array['draft', 'case_look'] loop
        execute format('create policy hub on %I to {database}_hub using'
                       ' (worker_id = (select nullif(current_setting(''app.user_id'', true), '''')::uuid)'
                       '  and exists (select 1 from case_file c where c.case_id = %I.case_id))', name, name);
    end loop;
end
$$;
grant delete on draft, saved_filter to {database}_hub;
revoke update on note from {database}_hub;
