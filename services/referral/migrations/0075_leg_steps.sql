-- What a provider's monitoring return counts: of each leg what happened to it and when. In the timeline it would be asked of
-- each entry whether the viewer may see its leg, and a quarter of the largest provider has tens of thousands. Here a row holds
-- what row-level security asks of its leg. Triggers keep it, whoever writes, always by reading the sources again.

create table leg_steps (
    leg_id uuid not null,
    provider_id uuid not null,
    state text not null,
    restricted boolean not null,
    assigned_to uuid,
    lapsed_at timestamptz,
    decline_reason text,
    accepted_at timestamptz[],
    declined_at timestamptz,
    started_at timestamptz,
    over_at timestamptz,
    over_how text,
    end_reason text,
    counted_until timestamptz not null
);
comment on column leg_steps.leg_id is 'plain: of which leg; a leg to which nothing happened yet that a return counts has no row';
comment on column leg_steps.provider_id is 'plain: as the leg says';
comment on column leg_steps.state is 'plain: as the leg says';
comment on column leg_steps.restricted is 'plain: as the leg says';
comment on column leg_steps.assigned_to is 'plain: as the leg says';
comment on column leg_steps.lapsed_at is 'plain: as the leg says';
comment on column leg_steps.decline_reason is 'plain: as the leg says';
comment on column leg_steps.accepted_at is 'plain: each time its provider accepted it, as the timeline says';
comment on column leg_steps.declined_at is 'plain: when its provider declined it, as the timeline says';
comment on column leg_steps.started_at is 'plain: when its provider began support, as the timeline says';
comment on column leg_steps.over_at is 'plain: when support was completed or ended early or the referral was withdrawn, as the timeline says';
comment on column leg_steps.over_how is 'plain: type of the event that says so';
comment on column leg_steps.end_reason is 'plain: coded reason of its end report';
comment on column leg_steps.counted_until is 'plain: the last of these times; infinity while support goes on';

create function leg_told(of_leg uuid)
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
create function leg_steps_of(of_legs uuid[]) returns setof leg_steps language sql stable as $$
    select l.leg_id, l.provider_id, l.state, l.restricted, l.assigned_to, l.lapsed_at, l.decline_reason, k.*
      from leg l cross join lateral leg_told(l.leg_id) k
     where l.leg_id = any(of_legs) and k.counted_until is not null
$$;
create function leg_steps_again() returns trigger language plpgsql as $$
declare
    legs uuid[] := array[case when tg_op <> 'INSERT' then old.leg_id end, case when tg_op <> 'DELETE' then new.leg_id end];
begin
    if tg_op <> 'INSERT' then
        delete from leg_steps s where s.leg_id = any(legs)
           and not exists (select from leg_steps_of(legs) k where k.leg_id = s.leg_id);
    end if;
    insert into leg_steps select * from leg_steps_of(legs)
    on conflict (leg_id) do update
       set provider_id = excluded.provider_id, state = excluded.state, restricted = excluded.restricted,
           assigned_to = excluded.assigned_to, lapsed_at = excluded.lapsed_at,
           decline_reason = excluded.decline_reason, accepted_at = excluded.accepted_at,
           declined_at = excluded.declined_at, started_at = excluded.started_at, over_at = excluded.over_at,
           over_how = excluded.over_how, end_reason = excluded.end_reason, counted_until = excluded.counted_until;
    return null;
end $$;
create function leg_steps_see() returns trigger language plpgsql as $$
begin
    update leg_steps set provider_id = new.provider_id, state = new.state, restricted = new.restricted,
                         assigned_to = new.assigned_to, lapsed_at = new.lapsed_at,
                         decline_reason = new.decline_reason
     where leg_id = new.leg_id;
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
create trigger seen_by_steps after update of provider_id, state, restricted, assigned_to, lapsed_at, decline_reason on leg
    for each row
    when ((old.provider_id, old.state, old.restricted, old.assigned_to, old.lapsed_at, old.decline_reason)
          is distinct from
          (new.provider_id, new.state, new.restricted, new.assigned_to, new.lapsed_at, new.decline_reason))
    execute function leg_steps_see();

-- The owner itself sees no row while row-level security is forced.
do $$
declare
    name text;
    read text[] := array['leg', 'case_event', 'end_report'];
begin
    perform set_config('work_mem', '128MB', true), set_config('maintenance_work_mem', '256MB', true);
    foreach name in array read loop
        execute format('alter table %I no force row level security', name);
    end loop;
    insert into leg_steps
    select l.leg_id, l.provider_id, l.state, l.restricted, l.assigned_to, l.lapsed_at, l.decline_reason,
           e.accepted_at, e.declined_at, e.started_at, e.over_at, e.over_how, p.reason,
           case when e.started_at is not null and e.over_at is null then 'infinity'
                else greatest(e.last_accepted_at, e.declined_at, e.started_at, e.over_at) end
      from leg l
      join (select leg_id, array_agg(happened_at order by happened_at) filter (where type = 'referral.accepted.v1')
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
             group by leg_id) e using (leg_id)
      left join end_report p using (leg_id);
    -- Now, for a reference that is there while the table is filled locks each leg, and so writes it.
    alter table leg_steps add primary key (leg_id), add foreign key (leg_id) references leg;
    foreach name in array read loop
        execute format('alter table %I force row level security', name);
    end loop;
end
$$;
create index leg_steps_counted on leg_steps (provider_id, counted_until)
    include (accepted_at, declined_at, started_at, over_at, over_how, decline_reason, end_reason, state, restricted,
             assigned_to, lapsed_at, leg_id);

-- A row is seen by who sees its leg.
alter table leg_steps enable row level security;
alter table leg_steps force row level security;
create policy worker on leg_steps to {database}_worker using (true) with check (true);
create policy hub on leg_steps to {database}_hub
    using (not restricted or current_setting('app.restricted', true) = 'on');
create policy portal on leg_steps to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
           and state <> 'leaving'
           and (not restricted or current_setting('app.restricted', true) = 'on'
                or assigned_to = (select nullif(current_setting('app.user_id', true), '')::uuid)));
create policy link on leg_steps to {database}_portal
    using (leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid)
           and state <> 'leaving' and not restricted);
create policy lapsed on leg_steps as restrictive to {database}_portal using (lapsed_at is null);
grant select, insert, update, delete on leg_steps to {database}_worker, {database}_hub, {database}_portal;
