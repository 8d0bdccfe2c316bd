-- Whoever had a leg until the agreement was over is told to ask the hub, as where the person became restricted, and may
-- have a channel locked.
comment on column had_leg.leg_id is 'plain: which leg was with a provider when it was hidden: the person became restricted, or the agreement was over';
alter table lapsed_leg no force row level security;
alter table had_leg no force row level security;
insert into had_leg (leg_id, referral_id, case_id, provider_id, since)
select leg_id, referral_id, case_id, provider_id, since from lapsed_leg on conflict do nothing;
alter table lapsed_leg force row level security;
alter table had_leg force row level security;
