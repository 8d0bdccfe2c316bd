-- Every writer of the archive takes the one row of archive_head first and holds it until it commits. A sequence would
-- hand out numbers before commit, so a reader that froze "everything up to 500" could later see a 499 appear. With the
-- row lock the order of positions is the order of commits, there are no gaps, and a frozen position is complete.
create table archive_head (
    one boolean primary key default true check (one),
    position bigint not null,
    at timestamptz not null
);
insert into archive_head (position, at) values (0, '-infinity');
comment on column archive_head.one is 'plain: there is one row';
comment on column archive_head.position is 'plain: position of the last event archived';
comment on column archive_head.at is 'plain: when it was archived';

create table archive (
    position bigint primary key,
    archived_at timestamptz not null,
    event_id text not null,
    source text not null,
    type text not null,
    event_time timestamptz not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    key text not null,
    correlation_id text not null,
    data json not null,
    unique (topic, partition, "offset")
);
comment on column archive.position is 'plain: place in the order of arrival, dense from 1';
comment on column archive.archived_at is 'plain: when it arrived here; never earlier than the position before it';
comment on column archive.event_id is 'plain: ce_id';
comment on column archive.source is 'plain: ce_source';
comment on column archive.type is 'plain: ce_type';
comment on column archive.event_time is 'plain: ce_time';
comment on column archive.topic is 'plain: where it came from';
comment on column archive.partition is 'plain: where it came from';
comment on column archive."offset" is 'plain: where it came from';
comment on column archive.key is 'plain: its key, an id';
comment on column archive.correlation_id is 'plain: ce_correlationid';
comment on column archive.data is 'personal: the event as received, without its sealed parts; age bands, ethnicity, police references';

create table restricted_case (
    case_id uuid primary key,
    restricted boolean not null,
    position bigint not null
);
comment on column restricted_case.case_id is 'plain: a case that was ever announced as restricted';
comment on column restricted_case.restricted is 'plain: whether it is so now';
comment on column restricted_case.position is 'plain: position of the event that said so last';

grant select, update on archive_head to returns_worker;
grant select, insert on archive to returns_worker;
grant select, insert, update on restricted_case to returns_worker;
grant select on restricted_case to returns_hub;
grant select on archive_head to returns_hub;
