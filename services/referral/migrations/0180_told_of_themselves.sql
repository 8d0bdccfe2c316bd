-- What somebody said of themselves at first contact is kept apart from what the police tell, so that it stays when they
-- tell anew: of the cases that were assessed before it was kept so.
alter table routing no force row level security;
alter table hub_assessment no force row level security;
update routing r set facts = jsonb_set(r.facts, '{case,told_of_themselves}', a.stated)
  from (select case_id, jsonb_agg(distinct one) as stated
          from hub_assessment, unnest(said_of_themselves) one group by case_id) a
 where a.case_id = r.case_id and r.facts ? 'case'
   and r.run = (select max(n.run) from routing n where n.case_id = r.case_id);
alter table routing force row level security;
alter table hub_assessment force row level security;
