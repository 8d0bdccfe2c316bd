-- A clock that started and ended within one batch went on running here.
alter table case_clock no force row level security;
alter table case_event no force row level security;
alter table case_file no force row level security;
delete from case_clock k using case_event e
 where e.case_id = k.case_id and (
       e.type in ('entitlement.met.v1', 'entitlement.declined.v1')
       or e.type = 'entitlement.breached.v1' and (e.data ->> 'due_at')::timestamptz = k.due_at)
   and e.data ->> 'entitlement' = k.entitlement
   and coalesce(e.data ->> 'clock_id', e.data ->> 'milestone_id', '') = k.clock;
update case_file c set next_due = n.due_at, next_entitlement = n.entitlement, act_by = least(c.hub_due, n.due_at)
  from case_file t left join lateral (
       select k.due_at, k.entitlement from case_clock k where k.case_id = t.case_id
        order by k.due_at, k.entitlement limit 1) n on true
 where c.case_id = t.case_id and (c.next_due, c.next_entitlement) is distinct from (n.due_at, n.entitlement);
alter table case_file force row level security;
alter table case_event force row level security;
alter table case_clock force row level security;
