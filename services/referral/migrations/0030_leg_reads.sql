-- What a provider's lists and its performance reckon with stands in the leg itself, so that thousands of legs are read from
-- one index: each row of another table is first asked whether the viewer may see it. Triggers keep it, whoever writes.

alter table leg
    add column urgent boolean not null default false,
    add column asked_at timestamptz,
    add column contacted_at timestamptz,
    add column rested boolean not null default false;
comment on column leg.urgent is 'plain: life safety, as its referral says while this leg is the one tried';
comment on column leg.asked_at is 'plain: since when a question of this provider is open, as its referral says';
comment on column leg.contacted_at is 'plain: when its provider first reached the person or began support';
comment on column leg.rested is 'plain: whether its limit to answer rests or ever did';
grant update (urgent, asked_at, contacted_at, rested) on leg to {database}_portal;

create function leg_reads(of_leg uuid, of_referral uuid, of_case uuid, of_provider uuid)
returns table (urgent boolean, asked_at timestamptz, contacted_at timestamptz, rested boolean)
language sql stable as $$
    select coalesce(r.urgent, false), r.asked_at,
           least(r.started_at, (select min(a.at) from contact_attempt a
                                 where a.case_id = of_case and a.referral_id = of_referral
                                   and a.provider_id = of_provider and a.reached)),
           exists (select 1 from limit_rest x where x.leg_id = of_leg and x.what = 'accept')
      from (select 1) as one left join referral r on r.referral_id = of_referral and r.leg_id = of_leg
$$;
create function leg_reads_again(legs uuid[]) returns void language sql as $$
    update leg l set urgent = k.urgent, asked_at = k.asked_at, contacted_at = k.contacted_at, rested = k.rested
      from leg s cross join lateral leg_reads(s.leg_id, s.referral_id, s.case_id, s.provider_id) k
     where s.leg_id = any(legs) and l.leg_id = s.leg_id
       and (l.urgent, l.asked_at, l.contacted_at, l.rested)
           is distinct from (k.urgent, k.asked_at, k.contacted_at, k.rested)
$$;

create function leg_reads_first() returns trigger language plpgsql as $$
begin
    select k.urgent, k.asked_at, k.contacted_at, k.rested into new.urgent, new.asked_at, new.contacted_at, new.rested
      from leg_reads(new.leg_id, new.referral_id, new.case_id, new.provider_id) k;
    return new;
end $$;
create trigger reads before insert on leg for each row execute function leg_reads_first();

create function leg_reads_referral() returns trigger language plpgsql as $$
begin
    perform leg_reads_again(array[old.leg_id, new.leg_id]);
    return null;
end $$;
create trigger read_by_leg after update on referral for each row
    when ((old.leg_id, old.urgent, old.asked_at, old.started_at)
          is distinct from (new.leg_id, new.urgent, new.asked_at, new.started_at))
    execute function leg_reads_referral();

create function leg_reads_attempt() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' and old.reached then
        perform leg_reads_again(array(select leg_id from leg
                                       where referral_id = old.referral_id and provider_id = old.provider_id));
    end if;
    if tg_op <> 'DELETE' and new.reached then
        perform leg_reads_again(array(select leg_id from leg
                                       where referral_id = new.referral_id and provider_id = new.provider_id));
    end if;
    return null;
end $$;
create trigger read_by_leg after insert or update or delete on contact_attempt
    for each row execute function leg_reads_attempt();

create function leg_reads_rest() returns trigger language plpgsql as $$
begin
    perform leg_reads_again(array[case when tg_op <> 'INSERT' then old.leg_id end,
                                  case when tg_op <> 'DELETE' then new.leg_id end]);
    return null;
end $$;
create trigger read_by_leg after insert or update of leg_id, what or delete on limit_rest
    for each row execute function leg_reads_rest();

-- The owner itself sees no row while row-level security is forced.
do $$
declare
    name text;
    read text[] := array['leg', 'referral', 'contact_attempt', 'limit_rest'];
begin
    foreach name in array read loop
        execute format('alter table %I no force row level security', name);
    end loop;
    drop index leg_open;
    drop index leg_history;
    update leg l set urgent = r.urgent, asked_at = r.asked_at, contacted_at = r.started_at
      from referral r
     where r.referral_id = l.referral_id and r.leg_id = l.leg_id
       and (r.urgent or r.asked_at is not null or r.started_at is not null);
    perform leg_reads_again(array(
        select l.leg_id from leg l join (
            select distinct referral_id, provider_id from contact_attempt where reached and provider_id is not null
        ) a using (referral_id, provider_id)));
    perform leg_reads_again(array(select distinct leg_id from limit_rest where what = 'accept' and leg_id is not null));
    foreach name in array read loop
        execute format('alter table %I force row level security', name);
    end loop;
end
$$;

create index leg_open on leg (provider_id, sent_at, leg_id)
    include (contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, asked_at, contacted_at, rested)
    where state in ('sent', 'accepted', 'waitlisted');
create index leg_history on leg (provider_id, sent_at, leg_id)
    include (contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, contacted_at, rested, viewed_at,
             answered_at);
