-- A provider's limits run from when it could first see a referral, and from nothing else: while the details of the person
-- are not there yet none runs. What was sent before this was kept counts from its sending.

alter table leg no force row level security;
update leg set out_at = sent_at
 where out_at is null and sent_at is not null and (not automatic or pack is not null);
alter table leg force row level security;
comment on column leg.out_at is 'plain: since when its provider can see it, by the clock on the wall: limits and silence count from here; null = not yet';

-- The area of a case is that of the home, or else of the place: the one by which its contract was found, and no finer.
grant select (home_local_authority) on case_file to {database}_portal;
