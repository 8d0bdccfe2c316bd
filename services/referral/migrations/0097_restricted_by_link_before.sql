-- Records that were linked before it was kept why somebody is restricted: those of which nothing says that they, or who hurt
-- them, work for anybody are restricted because of the other record, so that to part them is asked about and not lasting.

do $$
declare
    name text;
    read text[] := array['person', 'linked_person', 'case_file', 'routing'];
begin
    foreach name in array read loop
        execute format('alter table %I no force row level security', name);
    end loop;
    with own as (
        select distinct p.person_id from person p
          join case_file c on c.person_id = p.person_id
          join lateral (select facts from routing r where r.case_id = c.case_id order by run desc limit 1) r on true
         where p.restricted
           and (r.facts -> 'case' ->> 'works_for' in ('hub', 'provider')
                or (r.facts -> 'case' ->> 'suspect_works_for_us')::boolean)
    )
    update person p set by_link = now()
     where p.restricted and p.by_link is null and p.until_decided is null
       and p.person_id not in (select person_id from own)
       and exists (select 1 from linked_person l join own on own.person_id = l.other_id where l.person_id = p.person_id);
    foreach name in array read loop
        execute format('alter table %I force row level security', name);
    end loop;
end
$$;
