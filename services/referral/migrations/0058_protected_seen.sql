-- That an address is protected is seen of whom one sees: two records of one person are restricted together.
drop policy hub on protected_address;
create policy hub on protected_address for select to {database}_hub
    using (exists (select 1 from person p where p.person_id = protected_address.person_id)
           or exists (select 1 from linked_person l where l.other_id = protected_address.person_id));
create policy hub_adds on protected_address for insert to {database}_hub
    with check (exists (select 1 from person p where p.person_id = protected_address.person_id));
