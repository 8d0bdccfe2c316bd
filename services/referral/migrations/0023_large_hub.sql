-- What a large hub's pages read is found by an index of what is open, or of what a provider had; what nobody reads goes.

alter table leg add column ended_at timestamptz;
comment on column leg.ended_at is 'plain: when it was over for this provider: declined, withdrawn or ended';
-- The owner itself sees no row while row-level security is forced.
alter table leg no force row level security;
alter table referral no force row level security;
update leg l set ended_at = coalesce(case when l.state = 'declined' then l.answered_at end, r.ended_at, l.answered_at)
  from referral r
 where r.referral_id = l.referral_id and l.state in ('declined', 'withdrawn', 'ended');
alter table leg force row level security;
alter table referral force row level security;
grant update (ended_at) on leg to {database}_portal;

create index leg_open on leg (provider_id, sent_at, leg_id) where state in ('sent', 'accepted', 'waitlisted');
create index leg_ended on leg (provider_id, ended_at desc nulls last, leg_id) where state = 'ended';
create index leg_turned on leg (provider_id, ended_at desc nulls last, leg_id) where state in ('withdrawn', 'declined');
create index leg_history on leg (provider_id, sent_at, leg_id);
drop index leg_provider;

-- How much a contract has now, and who waits for a line: asked by the directory's pages.
create index referral_with on referral (contract_id, state)
    where state in ('sent', 'accepted', 'waitlisted', 'in_support', 'on_hold');
create index referral_turn on referral (line, received_at, referral_id)
    where state in ('received', 'triaged', 'contacting', 'declined_by_provider');
create index same_person_other on same_person (other_id) where same is not false;

drop index mail_ready;
alter table person drop column merged_into;
