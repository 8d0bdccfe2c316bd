-- Whoever had a leg before its person became restricted may still have a channel locked: it can only shut. The leg itself
-- stays hidden, so what tells that it was theirs stands beside it, and says nothing of the person.

create table had_leg (
    leg_id uuid primary key references leg on delete cascade,
    referral_id uuid not null,
    case_id uuid not null,
    provider_id uuid not null,
    since timestamptz not null default now()
);
comment on column had_leg.leg_id is 'plain: which leg was with a provider when its person became restricted';
comment on column had_leg.referral_id is 'plain: of which referral';
comment on column had_leg.case_id is 'plain: of which case';
comment on column had_leg.provider_id is 'plain: whose leg';
comment on column had_leg.since is 'plain: since when it is hidden';
create index had_leg_of_referral on had_leg (referral_id);
alter table had_leg enable row level security;
create policy worker on had_leg to {database}_worker using (true) with check (true);
create policy hub on had_leg to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = had_leg.case_id)) with check (true);
create policy portal on had_leg for select to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
           or leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid));
grant select, insert, update, delete on had_leg to {database}_worker;
grant select, insert on had_leg to {database}_hub;
grant select on had_leg to {database}_portal;

create function leg_hidden() returns trigger language plpgsql as $$
begin
    insert into had_leg (leg_id, referral_id, case_id, provider_id)
    values (new.leg_id, new.referral_id, new.case_id, new.provider_id) on conflict do nothing;
    return null;
end $$;
create trigger hidden after update of restricted on leg for each row
    when (new.restricted and not old.restricted and old.state <> 'leaving') execute function leg_hidden();

-- Those hidden already.
alter table leg no force row level security;
insert into had_leg (leg_id, referral_id, case_id, provider_id)
select leg_id, referral_id, case_id, provider_id from leg where restricted and state <> 'leaving' on conflict do nothing;
alter table leg force row level security;
alter table had_leg force row level security;

drop policy portal on lock_said;
create policy portal on lock_said for insert to {database}_portal
    with check (exists (select 1 from leg l where l.referral_id = lock_said.referral_id
                           and l.case_id = coalesce(lock_said.case_id, l.case_id))
                or exists (select 1 from lapsed_leg l where l.referral_id = lock_said.referral_id
                              and l.case_id = coalesce(lock_said.case_id, l.case_id))
                or exists (select 1 from had_leg l where l.referral_id = lock_said.referral_id
                              and l.case_id = coalesce(lock_said.case_id, l.case_id)));
