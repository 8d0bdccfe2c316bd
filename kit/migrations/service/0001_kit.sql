create table kit.watermark (
    consumer text not null,
    topic text not null,
    partition int not null,
    next_offset bigint not null default 0,
    received bigint not null default 0,
    applied bigint not null default 0,
    duplicates bigint not null default 0,
    ignored bigint not null default 0,
    parked bigint not null default 0,
    held bigint not null default 0,
    moved_at timestamptz not null default now(),
    primary key (consumer, topic, partition)
);
comment on column kit.watermark.consumer is 'plain: who consumes';
comment on column kit.watermark.topic is 'plain: which topic';
comment on column kit.watermark.partition is 'plain: which partition';
comment on column kit.watermark.next_offset is 'plain: the first offset not yet taken; the truth about progress';
comment on column kit.watermark.received is 'plain: records taken';
comment on column kit.watermark.applied is 'plain: records whose effect was committed when they were taken';
comment on column kit.watermark.duplicates is 'plain: records whose event id was known';
comment on column kit.watermark.ignored is 'plain: records of a type that nobody here listens to';
comment on column kit.watermark.parked is 'plain: records set aside because they can never work as they are';
comment on column kit.watermark.held is 'plain: records waiting behind a parked one of their key';
comment on column kit.watermark.moved_at is 'plain: when it last moved';

create table kit.inbox (
    event uuid primary key,
    type text not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    applied_at timestamptz not null default now()
);
comment on column kit.inbox.event is 'plain: digest of the event''s source and id';
comment on column kit.inbox.type is 'plain: ce_type';
comment on column kit.inbox.topic is 'plain: where it came from';
comment on column kit.inbox.partition is 'plain: where it came from';
comment on column kit.inbox."offset" is 'plain: where it came from';
comment on column kit.inbox.applied_at is 'plain: when its effect was committed';

create table kit.ignored (
    topic text not null,
    type text not null,
    count bigint not null,
    last_at timestamptz not null default now(),
    primary key (topic, type)
);
comment on column kit.ignored.topic is 'plain: where it came from';
comment on column kit.ignored.type is 'plain: a type that nobody here listens to';
comment on column kit.ignored.count is 'plain: how many came';
comment on column kit.ignored.last_at is 'plain: when the last one came';

create table kit.parked (
    id bigint generated always as identity primary key,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    key bytea,
    headers jsonb not null,
    value bytea,
    type text,
    reason text not null check (reason in ('bad_header', 'missing_header', 'bad_key', 'bad_json', 'schema',
                                           'too_large', 'refused', 'defect', 'held')),
    detail text,
    state text not null default 'parked' check (state in ('parked', 'held', 'replayed', 'discarded')),
    parked_at timestamptz not null default now(),
    closed_at timestamptz,
    close_reason text,
    unique (topic, partition, "offset")
);
create index parked_open on kit.parked (topic, key) where state in ('parked', 'held');
comment on column kit.parked.id is 'plain: number of the parked record';
comment on column kit.parked.topic is 'plain: where it came from';
comment on column kit.parked.partition is 'plain: where it came from';
comment on column kit.parked."offset" is 'plain: where it came from';
comment on column kit.parked.key is 'plain: its key, as bytes';
comment on column kit.parked.headers is 'plain: its headers, names and hexadecimal values, in order';
comment on column kit.parked.value is 'personal: its bytes as received; sealed parts stay under the ingest key';
comment on column kit.parked.type is 'plain: ce_type, where it could be read';
comment on column kit.parked.reason is 'plain: why, from the closed list; held = behind a parked record of its key';
comment on column kit.parked.detail is 'plain: the field and the rule it broke, never the value';
comment on column kit.parked.state is 'plain: parked, held, replayed or discarded';
comment on column kit.parked.parked_at is 'plain: since when';
comment on column kit.parked.closed_at is 'plain: when it was replayed or discarded';
comment on column kit.parked.close_reason is 'plain: why it was discarded';

create table kit.waiting (
    id bigint generated always as identity primary key,
    key text not null,
    topic text not null,
    partition int not null,
    "offset" bigint not null,
    headers jsonb not null,
    value bytea not null,
    since timestamptz not null default now()
);
create index on kit.waiting (key);
comment on column kit.waiting.id is 'plain: order of arrival';
comment on column kit.waiting.key is 'plain: what it speaks of and what has not come yet';
comment on column kit.waiting.topic is 'plain: where it came from';
comment on column kit.waiting.partition is 'plain: where it came from';
comment on column kit.waiting."offset" is 'plain: where it came from';
comment on column kit.waiting.headers is 'plain: its headers, names and hexadecimal values, in order';
comment on column kit.waiting.value is 'personal: its bytes as received; sealed parts stay under the ingest key';
comment on column kit.waiting.since is 'plain: since when it waits';

create table kit.sequence (
    subject_id uuid primary key,
    last bigint not null
);
comment on column kit.sequence.subject_id is 'plain: what is announced about';
comment on column kit.sequence.last is 'plain: number of the last announcement; dense from 1';

create table kit.outbox (
    seq bigint generated always as identity,
    shard smallint not null,
    subject_id uuid not null,
    sequence bigint not null,
    event_id uuid not null,
    type text not null,
    time timestamptz not null,
    data text not null,
    correlation text,
    causation text,
    traceparent text,
    added_at timestamptz not null default clock_timestamp()
);
create index outbox_order on kit.outbox (shard, seq);
comment on column kit.outbox.seq is 'plain: order of writing';
comment on column kit.outbox.shard is 'plain: which relay sends it; one subject has one shard';
comment on column kit.outbox.subject_id is 'plain: what it speaks of; the key';
comment on column kit.outbox.sequence is 'plain: its number for that subject';
comment on column kit.outbox.event_id is 'plain: ce_id';
comment on column kit.outbox.type is 'plain: ce_type';
comment on column kit.outbox.time is 'plain: ce_time';
comment on column kit.outbox.data is 'plain: the event without its sequence, JSON';
comment on column kit.outbox.correlation is 'plain: ce_correlationid';
comment on column kit.outbox.causation is 'plain: ce_causationid';
comment on column kit.outbox.traceparent is 'plain: the trace of its cause';
comment on column kit.outbox.added_at is 'plain: when it was written';

-- The subject's row in kit.sequence is locked before the outbox rows are numbered, so that
-- the order of sequences, of outbox numbers and of commits is one and the same.
create function kit.announce(_subject uuid[], _type text[], _id uuid[], _time timestamptz[], _data text[],
                             _correlation text[], _causation text[], _traceparent text[])
returns void language sql as $$
    with arrived as (
        select * from unnest(_subject, _type, _id, _time, _data, _correlation, _causation, _traceparent)
            with ordinality as a(subject, type, id, time, data, correlation, causation, traceparent, ord)
    ), counted as (
        select subject, count(*) as n from arrived group by subject order by subject
    ), bumped as (
        insert into kit.sequence as s (subject_id, last) select subject, n from counted order by subject
        on conflict (subject_id) do update set last = s.last + excluded.last
        returning subject_id, last
    )
    insert into kit.outbox (shard, subject_id, sequence, event_id, type, time, data,
                            correlation, causation, traceparent)
    select hashtext(subject::text) & 15, subject,
           b.last - c.n + row_number() over (partition by subject order by ord),
           id, type, time, data, correlation, causation, traceparent
      from arrived a join counted c using (subject) join bumped b on b.subject_id = a.subject
     order by ord
$$;

create table kit.audit (
    id bigint generated always as identity primary key,
    at timestamptz not null default clock_timestamp(),
    actor_id uuid,
    actor_role text not null,
    organisation_id uuid,
    action text not null,
    subject_kind text not null,
    subject_id uuid,
    fields text[] not null default '{}',
    reason text
);
create index on kit.audit (subject_id, at);
create index on kit.audit (actor_id, at);
comment on column kit.audit.id is 'plain: number of the entry';
comment on column kit.audit.at is 'plain: when';
comment on column kit.audit.actor_id is 'plain: who; null for the system itself';
comment on column kit.audit.actor_role is 'plain: in which role';
comment on column kit.audit.organisation_id is 'plain: for which organisation';
comment on column kit.audit.action is 'plain: what was done';
comment on column kit.audit.subject_kind is 'plain: to what kind of thing';
comment on column kit.audit.subject_id is 'plain: to which one';
comment on column kit.audit.fields is 'plain: names of the fields shown or changed, never their values';
comment on column kit.audit.reason is 'plain: the coded reason given';

create table kit.audit_chain (
    position bigint primary key,
    audit_id bigint not null unique references kit.audit,
    hash bytea not null
);
comment on column kit.audit_chain.position is 'plain: place in the chain, dense from 1';
comment on column kit.audit_chain.audit_id is 'plain: the entry at this place';
comment on column kit.audit_chain.hash is 'plain: SHA-256 of the previous hash and this entry';

create table kit.schedule (
    name text primary key,
    last_run timestamptz not null
);
comment on column kit.schedule.name is 'plain: something that falls due';
comment on column kit.schedule.last_run is 'plain: when it last ran to its end';

grant usage on schema kit to {database}_worker, {database}_hub, {database}_portal;
grant select, insert, update on kit.watermark, kit.ignored, kit.schedule to {database}_worker;
grant select, insert, update, delete on kit.inbox, kit.waiting, kit.outbox, kit.sequence, kit.parked to {database}_worker;
grant select, insert on kit.audit, kit.audit_chain to {database}_worker;
grant select, insert on kit.audit to {database}_hub, {database}_portal;
grant select on kit.audit_chain, kit.watermark, kit.parked, kit.waiting, kit.ignored to {database}_hub;
grant select, insert, update on kit.sequence to {database}_hub, {database}_portal;
grant select, insert on kit.outbox to {database}_hub, {database}_portal;
grant update on kit.parked to {database}_hub;
