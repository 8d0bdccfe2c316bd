-- No limit of a provider runs on after it was recorded that the person died, until that is taken back.

alter table leg add column died_at timestamptz;
comment on column leg.died_at is 'plain: since when no limit runs since it was recorded that the person died; null where that was not, or was taken back';
create function leg_died() returns trigger language plpgsql as $$
begin
    if new.trigger = 'person_alive' then
        update leg set died_at = null where case_id = new.case_id and died_at is not null;
    else
        update leg set died_at = new.received_at where case_id = new.case_id and died_at is null;
    end if;
    return null;
end $$;
create trigger died after insert on alert for each row
    when (new.trigger in ('person_died', 'person_alive')) execute function leg_died();

alter table alert no force row level security;
alter table leg no force row level security;
update leg l set died_at = d.at
  from (select case_id, (array_agg(trigger order by received_at desc))[1] as last, max(received_at) as at from alert
         where trigger in ('person_died', 'person_alive') group by case_id) d
 where d.case_id = l.case_id and d.last = 'person_died';
alter table alert force row level security;
alter table leg force row level security;

drop index leg_open;
create index leg_open on leg (provider_id, sent_at, leg_id)
    include (case_id, contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, asked_at, contacted_at,
             rested, urgent_since, died_at)
    where state in ('sent', 'accepted', 'waitlisted');
drop index leg_history;
create index leg_history on leg (provider_id, sent_at, leg_id)
    include (contract_id, state, restricted, assigned_to, lapsed_at, out_at, urgent, contacted_at, rested, viewed_at,
             answered_at, died_at);
