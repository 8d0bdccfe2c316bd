-- Who of the hub looked at what was heard, and what was decided, is kept with it: its provider reads what counts since.
alter table alert add column looked_role text;
comment on column alert.looked_role is 'plain: in which role somebody had looked; null where that was not kept';
alter table alert add column looked_how text;
comment on column alert.looked_how is
    'plain: what was decided: how the task that asked was closed, what a review of the risk found, or looked';

create function alert_looked_by() returns trigger language plpgsql as $$
begin
    new.looked_role := nullif(current_setting('app.role', true), '');
    return new;
end $$;
create trigger looked_by before update of looked_at on alert for each row
    when (old.looked_at is null and new.looked_at is not null) execute function alert_looked_by();

create or replace function alert_looked() returns trigger language plpgsql as $$
begin
    update alert a set looked_at = new.done_at, looked_how = new.done_how
     where a.case_id = new.case_id and a.looked_at is null and a.trigger = alert_of_task(new.kind)
       and a.received_at <= new.done_at
       and not exists (select 1 from task t where t.case_id = new.case_id and t.kind = new.kind and t.done_at is null);
    return null;
end $$;
