-- Who may see what: the worker everything, staff everything but restricted cases unless they have the right.

grant usage on schema public to {database}_worker, {database}_hub;
grant select, insert, update, delete on crime, code_case, restricted_case, milestone, evidence, entitlement to {database}_worker;
grant select on crime, code_case, restricted_case, milestone, evidence, entitlement to {database}_hub;
grant insert, update on evidence to {database}_hub;
grant insert, update on entitlement to {database}_hub;
grant update on code_case to {database}_hub;   -- only to lock a case while evidence is entered

do $$
declare name text;
begin
    foreach name in array array['code_case', 'evidence', 'entitlement'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (case_id is null'
            ' or (select current_setting(''app.restricted'', true)) = ''on'''
            ' or case_id not in (select r.case_id from restricted_case r))', name);
    end loop;
end $$;
