-- A referral to MARAC that the hub wrote down counts in the person's other cases as one of which the police tell.
alter table case_file add column marac_by_hub_on date;
comment on column case_file.marac_by_hub_on is 'plain: the last day on which the hub wrote down at its door that it went to MARAC or was heard there; null where it did not';
alter table case_file no force row level security;
alter table offer_step no force row level security;
update case_file c set marac_by_hub_on = s.last
  from (select case_id, max((at at time zone 'Europe/London')::date) as last
          from offer_step where offer = 'marac' and step in ('referred', 'heard') group by case_id) s
 where s.case_id = c.case_id;
alter table case_file force row level security;
alter table offer_step force row level security;
