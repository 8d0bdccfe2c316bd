-- The hub's own limit stands only while a case waits for it; one that came back before had none.
comment on column case_file.hub_due is 'plain: by when the hub acts; null where the case does not wait for it';
alter table case_file no force row level security;
update case_file set hub_due = null, act_by = next_due where state <> 'waiting' and hub_due is not null;
update case_file set hub_due = due.at, act_by = least(due.at, next_due)
  from (values (true, now() + interval '1 hour'),
               (false, (date_trunc('day', now() at time zone 'Europe/London') + interval '1 day')
                       at time zone 'Europe/London')) as due (urgent, at)
 where state = 'waiting' and hub_due is null and due.urgent = (priority = 0);
alter table case_file force row level security;
