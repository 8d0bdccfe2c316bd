-- A step told by a word that nobody knows keeps a provider from contact until the hub has looked at it, as it is told.
create or replace function alert_of_task(kind text) returns text language sql immutable as $$
    select case kind when 'new_hold' then 'asks_for_care' when 'age_to_check' then 'age_by_birth'
                     when 'unknown_milestone' then 'unknown_step' else kind end
$$;
-- What was heard before: looked at, unless its task is still open.
alter table alert no force row level security;
alter table task no force row level security;
update alert a set looked_at = a.received_at
 where a.trigger = 'unknown_step' and a.looked_at is null
   and not exists (select 1 from task t where t.case_id = a.case_id and t.kind = 'unknown_milestone' and t.done_at is null);
alter table alert force row level security;
alter table task force row level security;
