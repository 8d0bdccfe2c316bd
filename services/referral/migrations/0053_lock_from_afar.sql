-- A lock is never lost: a provider that rang, and whose referral ended or whose agreement ran out meanwhile, may no longer
-- write in the person's record; it says which channel to lock, and the hub's worker locks it.

create table lock_said (
    number bigint generated always as identity primary key,
    referral_id uuid not null references referral,
    kind text not null,
    why text not null,
    said_by uuid not null,
    by_role text not null,
    said_at timestamptz not null
);
comment on column lock_said.number is 'plain: in which order they came';
comment on column lock_said.referral_id is 'plain: of which referral the provider had a leg';
comment on column lock_said.kind is 'plain: kind of channel';
comment on column lock_said.why is 'plain: coded reason';
comment on column lock_said.said_by is 'plain: who said it';
comment on column lock_said.by_role is 'plain: in which role';
comment on column lock_said.said_at is 'plain: when';
alter table lock_said enable row level security;
alter table lock_said force row level security;
create policy worker on lock_said to {database}_worker using (true) with check (true);
grant select, update, delete on lock_said to {database}_worker;
create policy portal on lock_said for insert to {database}_portal
    with check (exists (select 1 from leg l where l.referral_id = lock_said.referral_id)
                or exists (select 1 from lapsed_leg l where l.referral_id = lock_said.referral_id));
grant insert on lock_said to {database}_portal;
