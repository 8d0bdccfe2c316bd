-- What whoever took the last step of a referral said in its form, as a digest: the same form pressed twice is answered as the
-- first, and another answer of the same worker is no second press.
create table step_said (
    referral_id uuid not null,
    actor_id uuid not null,
    verb text not null,
    said bytea not null,
    at timestamptz not null,
    primary key (referral_id, actor_id)
);
create index step_said_over on step_said (at);
comment on column step_said.referral_id is 'plain: of which referral';
comment on column step_said.actor_id is 'plain: who took the step';
comment on column step_said.verb is 'plain: the last step that they took';
comment on column step_said.said is 'plain: a keyed digest of the form; what it held cannot be read from it';
comment on column step_said.at is 'plain: when; forgotten minutes after';

alter table step_said enable row level security;
alter table step_said force row level security;
create policy worker on step_said to {database}_worker using (true) with check (true);
create policy hub on step_said to {database}_hub
    using (actor_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
create policy portal on step_said to {database}_portal
    using (actor_id = (select nullif(current_setting('app.user_id', true), '')::uuid));
grant select, insert, update, delete on step_said to {database}_worker;
grant select, insert, update on step_said to {database}_hub, {database}_portal;
