-- A leader puts in a draft of routing rules on a page; the worker replays a period against it, some hundred cases at a time.

alter table rehearsal add column state text not null default 'done' check (state in ('running', 'done', 'stopped', 'failed'));
alter table rehearsal add column body text;
alter table rehearsal add column asked_by uuid;
alter table rehearsal add column total int;
alter table rehearsal add column after uuid;
alter table rehearsal add column open_cases int not null default 0;
alter table rehearsal add column open_changed int not null default 0;
alter table rehearsal add column open_counts jsonb not null default '{}';
alter table rehearsal add column why text;
create index rehearsal_running on rehearsal (at) where state = 'running';
comment on column rehearsal.state is 'plain: running, done, stopped by somebody, or failed';
comment on column rehearsal.body is 'plain: the draft as it was put in; null where a command read it from a file';
comment on column rehearsal.asked_by is 'plain: who asked for it; null where it was a command';
comment on column rehearsal.total is 'plain: how many cases there are to replay; null until they were counted';
comment on column rehearsal.after is 'plain: the last case that was replayed';
comment on column rehearsal.open_cases is 'plain: how many of the cases replayed were of nobody who is restricted';
comment on column rehearsal.open_changed is 'plain: how many of those the draft would decide otherwise';
comment on column rehearsal.open_counts is 'plain: how often each change would happen among those';
comment on column rehearsal.why is 'plain: why it failed: which rule and field of the draft cannot be used';
create index rehearsal_case_number on rehearsal_case (rehearsal_id, number);
grant insert, update on rehearsal to {database}_hub;
