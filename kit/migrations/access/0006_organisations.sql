-- Somebody may belong to more than one organisation: each session is for one of them, and for no other by itself.

alter table membership drop constraint membership_pkey;
alter table membership
    add column since timestamptz not null default now(),
    add column ended_at timestamptz;
create unique index membership_once on membership (user_id, organisation_id) nulls not distinct;
comment on column membership.since is 'plain: since when; signing in is for the organisation that somebody belongs to longest';
comment on column membership.ended_at is 'plain: when they ceased to belong to it; null while they do';

alter table session add column organisation_id uuid;
comment on column session.organisation_id is 'plain: for which organisation of theirs they look; null for the hub';
update session s set organisation_id = m.organisation_id from membership m where m.user_id = s.user_id;
