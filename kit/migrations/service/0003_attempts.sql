-- How often strangers tried a code, a link, a credential or a public form: keyed digests and numbers, kept for an hour.
-- Pages count by these functions alone: their logins read and write no row.

create table kit.attempt (
    what text not null,
    key bytea not null,
    number int not null,
    until timestamptz not null,
    primary key (what, key)
);
create index attempt_over on kit.attempt (until);
comment on column kit.attempt.what is 'plain: what was tried';
comment on column kit.attempt.key is 'plain: keyed digest of an address, of how a text begins, or of nothing (everybody together)';
comment on column kit.attempt.number is 'plain: how many tries were counted';
comment on column kit.attempt.until is 'plain: when they are forgotten and may be made again';

create function kit.count_attempts(_what text, _now timestamptz, _key bytea[], _within interval[])
returns table (counted bytea, how_many int, over_at timestamptz)
language sql security definer set search_path = pg_catalog, pg_temp as $$
    insert into kit.attempt as a (what, key, number, until)
    select _what, k.key, 1, _now + k.within from unnest(_key, _within) as k(key, within) order by k.key
    on conflict (what, key) do update set number = case when a.until <= _now then 1 else a.number + 1 end,
                                          until = case when a.until <= _now then excluded.until else a.until end
    returning a.key, a.number, a.until
$$;

create function kit.take_attempts_back(_what text, _key bytea[]) returns void
language sql security definer set search_path = pg_catalog, pg_temp as $$
    with held as (select what, key from kit.attempt where what = _what and key = any(_key) order by key for update)
    update kit.attempt a set number = a.number - 1 from held
     where a.what = held.what and a.key = held.key and a.number > 0
$$;

revoke execute on function kit.count_attempts, kit.take_attempts_back from public;
grant execute on function kit.count_attempts, kit.take_attempts_back to {database}_hub, {database}_portal;
grant select, delete on kit.attempt to {database}_worker;
