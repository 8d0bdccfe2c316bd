-- Since when life is at risk in a case, as the hub heard it: a case may be old by then.
alter table case_file add column urgent_since timestamptz;
comment on column case_file.urgent_since is 'plain: since when its priority is life safety; null where it is not';
alter table case_file no force row level security;
update case_file set urgent_since = opened_at where priority = 0;
alter table case_file force row level security;
