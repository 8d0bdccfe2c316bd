-- What was held of a channel before a word said of another record of the same person took its place: whose word it was is
-- not known any more once the two are parted.
create table channel_before (
    person_id uuid not null references person,
    kind text not null,
    said_of uuid not null references person,
    safety text not null,
    locked_at timestamptz,
    locked_why text,
    set_by uuid,
    set_by_role text not null,
    set_at timestamptz not null,
    days text,
    hours text,
    primary key (person_id, kind, said_of)
);
create index channel_before_said_of on channel_before (said_of);
comment on column channel_before.person_id is 'plain: of which record the channel is';
comment on column channel_before.kind is 'plain: which kind of channel';
comment on column channel_before.said_of is 'plain: of which other record the word was said that took its place';
comment on column channel_before.safety is 'plain: how safe it was held to be before';
comment on column channel_before.locked_at is 'plain: since when it was locked before';
comment on column channel_before.locked_why is 'plain: coded reason of that lock';
comment on column channel_before.set_by is 'plain: who had said so; null for the police and for a rule';
comment on column channel_before.set_by_role is 'plain: in which role';
comment on column channel_before.set_at is 'plain: when';
comment on column channel_before.days is 'plain: on which days it was safe before';
comment on column channel_before.hours is 'plain: at what hours it was safe before';

-- Of records that are one person already nobody kept it: one word stands in both, so of neither it is known whose it was.
alter table channel no force row level security;
alter table channel_lock no force row level security;
alter table linked_person no force row level security;
insert into channel_before (person_id, kind, said_of, safety, locked_at, locked_why, set_by, set_by_role, set_at)
select c.person_id, c.kind, o.person_id, case when w.why is null then 'unknown' else 'unsafe' end, w.locked_at, w.why,
       w.locked_by, coalesce(w.by_role, 'system'), coalesce(w.locked_at, c.set_at)
  from linked_person l
  join channel c on c.person_id = l.person_id and c.safety = 'safe' and c.locked_at is null
  join channel o on o.person_id = l.other_id and o.kind = c.kind and o.set_by = c.set_by and o.set_at = c.set_at
  left join lateral (select * from channel_lock k where k.person_id = c.person_id and k.kind = c.kind
                      and k.locked_at < c.set_at order by k.locked_at desc limit 1) w on true;
alter table channel force row level security;
alter table channel_lock force row level security;
alter table linked_person force row level security;

alter table channel_before enable row level security;
alter table channel_before force row level security;
create policy worker on channel_before to {database}_worker using (true) with check (true);
create policy hub on channel_before to {database}_hub
    using (exists (select 1 from person p where p.person_id = channel_before.person_id));
grant select, insert, delete on channel_before to {database}_worker, {database}_hub;
