-- When a case came here by the clock on the wall: what is decided on it again because something older came late is dated by
-- that, unless all of it was long past already when it was told here.
alter table case_file add column heard_at timestamptz;
alter table case_file alter column heard_at set default now();
comment on column case_file.heard_at is 'plain: when it came here, by the clock on the wall; null of what was there before this was kept';
