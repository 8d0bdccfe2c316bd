-- What a provider's monitoring return counts stands in the leg itself: each entry of a timeline is first asked whether the
-- viewer may see its leg, and a quarter of the largest provider has tens of thousands. Triggers keep it, whoever writes,
-- always by reading the entries again.

alter table leg
    add column accepted_at timestamptz[],
    add column declined_at timestamptz,
    add column started_at timestamptz,
    add column over_at timestamptz,
    add column over_how text,
    add column end_reason text,
    add column counted_until timestamptz;
comment on column leg.accepted_at is 'plain: each time its provider accepted it, as the timeline says';
comment on column leg.declined_at is 'plain: when its provider declined it, as the timeline says';
comment on column leg.started_at is 'plain: when its provider began support, as the timeline says';
comment on column leg.over_at is 'plain: when support was completed or ended early or the referral was withdrawn, as the timeline says';
comment on column leg.over_how is 'plain: type of the event that says so';
comment on column leg.end_reason is 'plain: coded reason of its end report';
comment on column leg.counted_until is 'plain: the last of these times; infinity while support goes on; null before the first';
grant update (accepted_at, declined_at, started_at, over_at, over_how, end_reason, counted_until) on leg
    to {database}_portal;

create function leg_steps(of_leg uuid)
returns table (accepted_at timestamptz[], declined_at timestamptz, started_at timestamptz, over_at timestamptz,
               over_how text, end_reason text, counted_until timestamptz)
language sql stable as $$
    select s.accepted_at, s.declined_at, s.started_at, s.over_at, s.over_how,
           (select p.reason from end_report p where p.leg_id = of_leg),
           case when s.started_at is not null and s.over_at is null then 'infinity'
                else greatest(s.last_accepted_at, s.declined_at, s.started_at, s.over_at) end
      from (select array_agg(e.happened_at order by e.happened_at) filter (where e.type = 'referral.accepted.v1')
                       as accepted_at,
                   max(e.happened_at) filter (where e.type = 'referral.accepted.v1') as last_accepted_at,
                   min(e.happened_at) filter (where e.type = 'referral.declined.v1') as declined_at,
                   min(e.happened_at) filter (where e.type = 'support.started.v1') as started_at,
                   min(e.happened_at) filter (where e.type in ('support.completed.v1', 'support.ended-early.v1',
                                                               'referral.withdrawn.v1')) as over_at,
                   (array_agg(e.type order by e.happened_at, e.id)
                       filter (where e.type in ('support.completed.v1', 'support.ended-early.v1',
                                                'referral.withdrawn.v1')))[1] as over_how
              from case_event e
             where e.leg_id = of_leg
               and e.type in ('referral.accepted.v1', 'referral.declined.v1', 'support.started.v1',
                              'support.completed.v1', 'support.ended-early.v1', 'referral.withdrawn.v1')) s
$$;
create function leg_steps_again() returns trigger language plpgsql as $$
begin
    update leg l set accepted_at = k.accepted_at, declined_at = k.declined_at, started_at = k.started_at,
                     over_at = k.over_at, over_how = k.over_how, end_reason = k.end_reason,
                     counted_until = k.counted_until
      from unnest(array[case when tg_op <> 'INSERT' then old.leg_id end,
                        case when tg_op <> 'DELETE' then new.leg_id end]) as s(leg_id)
           cross join lateral leg_steps(s.leg_id) k
     where l.leg_id = s.leg_id
       and (l.accepted_at, l.declined_at, l.started_at, l.over_at, l.over_how, l.end_reason, l.counted_until)
           is distinct from (k.accepted_at, k.declined_at, k.started_at, k.over_at, k.over_how, k.end_reason,
                             k.counted_until);
    return null;
end $$;
create trigger step_of_leg after insert on case_event for each row
    when (new.leg_id is not null
          and new.type in ('referral.accepted.v1', 'referral.declined.v1', 'support.started.v1',
                           'support.completed.v1', 'support.ended-early.v1', 'referral.withdrawn.v1'))
    execute function leg_steps_again();
create trigger step_of_leg_changed after update of leg_id, type, happened_at or delete on case_event for each row
    when (old.leg_id is not null) execute function leg_steps_again();
create trigger reason_of_leg after insert or update of leg_id, reason or delete on end_report
    for each row execute function leg_steps_again();

-- The owner itself sees no row while row-level security is forced. Nearly every leg is written: that is several times
-- quicker with its indexes made afterwards.
do $$
declare
    name text;
    read text[] := array['leg', 'case_event', 'end_report'];
    made text[];
begin
    perform set_config('work_mem', '64MB', true), set_config('maintenance_work_mem', '256MB', true);
    select array_agg(indexdef order by indexname) into made from pg_indexes i
     where schemaname = 'public' and tablename = 'leg'
       and not exists (select from pg_constraint c where c.conname = i.indexname);
    for name in select indexname from pg_indexes i
                 where schemaname = 'public' and tablename = 'leg'
                   and not exists (select from pg_constraint c where c.conname = i.indexname) loop
        execute format('drop index %I', name);
    end loop;
    foreach name in array read loop
        execute format('alter table %I no force row level security', name);
    end loop;
    update leg l set accepted_at = s.accepted_at, declined_at = s.declined_at, started_at = s.started_at,
                     over_at = s.over_at, over_how = s.over_how, end_reason = s.reason,
                     counted_until = case when s.started_at is not null and s.over_at is null then 'infinity'
                         else greatest(s.last_accepted_at, s.declined_at, s.started_at, s.over_at) end
      from (select one.leg_id, e.*, p.reason
              from (select leg_id,
                           array_agg(happened_at order by happened_at) filter (where type = 'referral.accepted.v1')
                               as accepted_at,
                           max(happened_at) filter (where type = 'referral.accepted.v1') as last_accepted_at,
                           min(happened_at) filter (where type = 'referral.declined.v1') as declined_at,
                           min(happened_at) filter (where type = 'support.started.v1') as started_at,
                           min(happened_at) filter (where type in ('support.completed.v1', 'support.ended-early.v1',
                                                                   'referral.withdrawn.v1')) as over_at,
                           (array_agg(type order by happened_at, id)
                               filter (where type in ('support.completed.v1', 'support.ended-early.v1',
                                                      'referral.withdrawn.v1')))[1] as over_how
                      from case_event
                     where leg_id is not null
                       and type in ('referral.accepted.v1', 'referral.declined.v1', 'support.started.v1',
                                    'support.completed.v1', 'support.ended-early.v1', 'referral.withdrawn.v1')
                     group by leg_id) e(of_leg, accepted_at, last_accepted_at, declined_at, started_at, over_at, over_how)
              full join end_report p on p.leg_id = e.of_leg
              cross join lateral (select coalesce(e.of_leg, p.leg_id) as leg_id) one) s
     where l.leg_id = s.leg_id;
    foreach name in array made loop
        execute name;
    end loop;
    foreach name in array read loop
        execute format('alter table %I force row level security', name);
    end loop;
end
$$;

-- It holds what row-level security asks of a leg.
create index leg_steps on leg (provider_id, counted_until)
    include (accepted_at, declined_at, started_at, over_at, over_how, decline_reason, end_reason, state, restricted,
             assigned_to, lapsed_at, leg_id)
    where counted_until is not null;
