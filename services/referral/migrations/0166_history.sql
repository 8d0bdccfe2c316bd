-- What a live source tells late is news here; what is loaded of the past is not. Rows that stand are history where they
-- came days after their own time.
alter table alert add column history boolean not null default (coalesce(current_setting('app.history', true), '') = 'on');
alter table case_file
    add column history boolean not null default (coalesce(current_setting('app.history', true), '') = 'on');
comment on column alert.history is 'plain: it was loaded as part of the past, so that nobody is written to for its age';
comment on column case_file.history is 'plain: it was loaded as part of the past, so that it is no news though it came now';
alter table case_file no force row level security;
update case_file set history = true where heard_at is null or heard_at > opened_at + interval '3 days';
alter table case_file force row level security;
