-- While something waits for the hub that a provider was told to ask about before any contact, nobody of that provider is shown
-- a way to the person. Which is so stands in the alert itself: who closes the task that it made, or reviews the risk, ends it.

alter table alert add column looked_at timestamptz;
comment on column alert.looked_at is 'plain: when somebody of the hub had looked at what was heard; null while nobody has';

create function alert_of_task(kind text) returns text language sql immutable as $$
    select case kind when 'new_hold' then 'asks_for_care' when 'age_to_check' then 'age_by_birth' else kind end
$$;
create function alert_looked() returns trigger language plpgsql as $$
begin
    update alert a set looked_at = new.done_at
     where a.case_id = new.case_id and a.looked_at is null and a.trigger = alert_of_task(new.kind)
       and a.received_at <= new.done_at
       and not exists (select 1 from task t where t.case_id = new.case_id and t.kind = new.kind and t.done_at is null);
    return null;
end $$;
create trigger looked_by_task after update of done_at on task for each row
    when (old.done_at is null and new.done_at is not null and new.case_id is not null
          and new.done_how is distinct from 'not_possible')
    execute function alert_looked();

-- What was heard before: looked at, unless its task is still open.
alter table alert no force row level security;
alter table task no force row level security;
update alert a set looked_at = a.received_at
 where not exists (select 1 from task t where t.case_id = a.case_id and t.done_at is null
                      and alert_of_task(t.kind) = a.trigger);
alter table alert force row level security;
alter table task force row level security;
