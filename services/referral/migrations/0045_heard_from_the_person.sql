-- What a worker heard from the person of a channel stands; the police's newer word may only shut it.
alter table channel add column heard_at timestamptz, add column police_said jsonb;
comment on column channel.heard_at is 'plain: when a worker last heard from the person what is held of it; null where only the police told, and after a new incident';
comment on column channel.police_said is 'plain: what the police last told of it, in codes: a repeated word is no news';
alter table channel no force row level security;
update channel set heard_at = coalesce(checked_at, set_at)
 where set_by is not null and locked_at is null and (checked_at is not null or safety = 'unsafe');
alter table channel force row level security;
