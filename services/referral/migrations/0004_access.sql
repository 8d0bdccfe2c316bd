-- Who may see which row. Each login role has its own policies; a role without one sees nothing.

do $$
declare
    name text;
    of_case text[] := array['routing', 'case_sealed', 'case_clock', 'case_event', 'alert', 'note', 'referral',
                            'consent', 'contact_attempt', 'mail'];
    of_person text[] := array['person_sealed', 'person_index', 'channel'];
    plain text[] := array['crime', 'suspect', 'contract_state'];
begin
    foreach name in array of_case || of_person || plain
            || array['person', 'case_file', 'leg', 'task', 'same_person', 'sealed_arrival']
    loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
    end loop;
    -- A child row is seen by the hub exactly when its case, or its person, is seen.
    foreach name in array of_case loop
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from case_file c'
                       ' where c.case_id = %I.case_id))', name, name);
        execute format('grant select, insert, update on %I to {database}_hub', name);
    end loop;
    foreach name in array of_person loop
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from person p'
                       ' where p.person_id = %I.person_id))', name, name);
        execute format('grant select, insert, update, delete on %I to {database}_hub', name);
    end loop;
    foreach name in array plain loop
        execute format('create policy hub on %I to {database}_hub using (true)', name);
        execute format('grant select, insert, update on %I to {database}_hub', name);
    end loop;
end
$$;

create policy hub on case_file to {database}_hub
    using (not restricted or current_setting('app.restricted', true) = 'on');
create policy hub on person to {database}_hub
    using (not restricted or current_setting('app.restricted', true) = 'on');
create policy hub on leg to {database}_hub
    using (not restricted or current_setting('app.restricted', true) = 'on');
create policy hub on task to {database}_hub
    using (case_id is null or exists (select 1 from case_file c where c.case_id = task.case_id));
create policy hub on same_person to {database}_hub
    using (exists (select 1 from person p where p.person_id = same_person.person_id)
           and exists (select 1 from person p where p.person_id = same_person.other_id));
grant select, insert, update on case_file, leg, person, task, same_person to {database}_hub;
create policy hub on sealed_arrival to {database}_hub using (false) with check (true);
grant insert on sealed_arrival to {database}_hub;
grant delete on leg to {database}_hub;
grant select on kit.audit to {database}_hub;

-- A provider sees the legs that were released to it; of a restricted person, only the named worker does.
create policy portal on leg to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
           and state <> 'leaving'
           and (not restricted or current_setting('app.restricted', true) = 'on'
                or assigned_to = (select nullif(current_setting('app.user_id', true), '')::uuid)));
create policy portal on referral to {database}_portal
    using (exists (select 1 from leg l where l.leg_id = referral.leg_id));
create policy portal on case_file to {database}_portal
    using (exists (select 1 from leg l where l.case_id = case_file.case_id
                      and l.state in ('sent', 'accepted', 'waitlisted')));
create policy portal on case_event to {database}_portal
    using (exists (select 1 from leg l where l.leg_id = case_event.leg_id))
    with check (exists (select 1 from leg l where l.case_id = case_event.case_id));
create policy portal on contact_attempt to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
           and exists (select 1 from leg l where l.case_id = contact_attempt.case_id));
create policy portal on alert to {database}_portal
    using (exists (select 1 from case_file c where c.case_id = alert.case_id));
create policy portal on channel to {database}_portal
    using (exists (select 1 from case_file c where c.person_id = channel.person_id));
create policy portal on contract_state to {database}_portal
    using (provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid));

grant select on leg, referral, contact_attempt, alert, case_event, contract_state to {database}_portal;
grant select (case_id, person_id, reference, kind, risk_grade, age_band, language, local_authority, state, restricted,
              reported, updated_at) on case_file to {database}_portal;
grant select (person_id, kind, safety, locked_at, locked_why, days, hours, voicemail, say_who, language, interpreter,
              set_at, set_by_role, checked_at) on channel to {database}_portal;
grant update on referral to {database}_portal;
grant update (state, viewed_at, answered_at, decline_reason, better_line, assigned_to) on leg to {database}_portal;
grant insert, update (safety, locked_at, locked_why, set_by, set_by_role, set_at) on channel to {database}_portal;
grant insert on case_event, contact_attempt to {database}_portal;
grant insert, update on contract_state to {database}_portal;
