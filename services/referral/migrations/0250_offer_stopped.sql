-- The person stopped one offer: the provider of that line alone hears of it, and asks the hub before any contact about it.

alter table alert add column line text;
comment on column alert.line is 'plain: the line whose providers alone are told of it; null where it is of the whole case';
alter policy portal on alert
    using (exists (select 1 from case_file c where c.case_id = alert.case_id)
           and (line is null
                or exists (select 1 from leg l where l.case_id = alert.case_id and l.line = alert.line
                              and l.state in ('sent', 'accepted', 'waitlisted'))));

create or replace function alert_reviewed() returns trigger language plpgsql as $$
begin
    update alert set looked_at = new.updated_at
     where case_id = new.case_id and looked_at is null and received_at <= new.updated_at
       and trigger not in ('another_person', 'two_people', 'not_in_the_record', 'who_died', 'age_by_birth', 'asks_for_care',
                           'risk_elsewhere', 'one_chance_elsewhere', 'offer_stopped');
    return null;
end $$;
