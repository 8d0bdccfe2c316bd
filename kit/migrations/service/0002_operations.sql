create table kit.behind (
    topic text primary key,
    records bigint not null,
    since timestamptz,
    looked_at timestamptz not null
);
comment on column kit.behind.topic is 'plain: which topic';
comment on column kit.behind.records is 'plain: how many of its records were not applied yet at the last look';
comment on column kit.behind.since is 'plain: since when there have been some; null when everything is applied';
comment on column kit.behind.looked_at is 'plain: when the worker last asked the broker';

create table kit.parked_order (
    order_id uuid primary key,
    parked_id bigint not null references kit.parked,
    verb text not null check (verb in ('replay', 'discard')),
    reason text check ((reason is null) = (verb = 'replay')),
    asked_by uuid not null,
    asked_role text not null,
    asked_at timestamptz not null,
    done_at timestamptz,
    applied int,
    still int
);
create unique index parked_order_open on kit.parked_order (parked_id) where done_at is null;
comment on column kit.parked_order.order_id is 'plain: made by the form, so that sending it twice asks once';
comment on column kit.parked_order.parked_id is 'plain: number of the parked record';
comment on column kit.parked_order.verb is 'plain: replay or discard';
comment on column kit.parked_order.reason is 'plain: why it is given up, from a closed list';
comment on column kit.parked_order.asked_by is 'plain: who asked';
comment on column kit.parked_order.asked_role is 'plain: in which role';
comment on column kit.parked_order.asked_at is 'plain: when';
comment on column kit.parked_order.done_at is 'plain: when the worker carried it out';
comment on column kit.parked_order.applied is 'plain: how many records were applied by it';
comment on column kit.parked_order.still is 'plain: how many were still set aside after it';

grant select, insert, update on kit.behind to {database}_worker;
grant select, update on kit.parked_order to {database}_worker;
grant select, insert on kit.parked_order to {database}_hub;
grant select on kit.behind, kit.schedule to {database}_hub;
