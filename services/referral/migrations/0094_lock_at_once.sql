-- What a provider says from afar counts as a lock from that very moment: whoever asks whether a channel may be used sees it
-- before the worker has written it into the record.

alter table lock_said add column case_id uuid;
comment on column lock_said.case_id is 'plain: of which case that referral is';
alter table lock_said no force row level security;
alter table referral no force row level security;
update lock_said s set case_id = r.case_id from referral r where r.referral_id = s.referral_id;
alter table referral force row level security;
alter table lock_said force row level security;
create index lock_said_of_case on lock_said (case_id);
drop policy portal on lock_said;
create policy portal on lock_said for insert to {database}_portal
    with check (exists (select 1 from leg l where l.referral_id = lock_said.referral_id
                           and l.case_id = coalesce(lock_said.case_id, l.case_id))
                or exists (select 1 from lapsed_leg l where l.referral_id = lock_said.referral_id
                              and l.case_id = coalesce(lock_said.case_id, l.case_id)));
-- A provider reads it of the cases that are with it now, as it reads their channels.
create policy portal_reads on lock_said for select to {database}_portal
    using (exists (select 1 from case_file c where c.case_id = lock_said.case_id));
create policy hub on lock_said for select to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = lock_said.case_id));
grant select (case_id, kind, why, by_role, said_at) on lock_said to {database}_portal, {database}_hub;
