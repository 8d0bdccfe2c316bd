-- Who may see what. The worker: everything. Staff: everything but restricted people unless they have the right.
-- The neutral pages log in as portal, and see only the rows whose token, code or window their transaction names.

grant usage on schema public to {database}_worker, {database}_hub, {database}_portal;
grant select, insert, update, delete on feedback_case, hearing, feedback_window, contact_request, stopped, response, answer
    to {database}_worker;
grant select on feedback_case, feedback_window, contact_request, stopped, response, answer to {database}_hub;
grant update (read_by, read_at, read_outcome) on response to {database}_hub;
grant select on feedback_window, response, answer to {database}_portal;
grant update (state, reason, decide_at, told, token_used_at) on feedback_window to {database}_portal;
grant insert, update on response to {database}_portal;
grant insert, delete on answer to {database}_portal;
grant select, insert on stopped to {database}_portal;

do $$
declare name text;
begin
    foreach name in array array['feedback_case', 'feedback_window', 'contact_request', 'stopped', 'response', 'answer'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
    end loop;
end $$;

create policy hub on feedback_case to {database}_hub
    using (not restricted or (select current_setting('app.restricted', true)) = 'on');
create policy hub on feedback_window to {database}_hub
    using (exists (select from feedback_case c where c.case_id = feedback_window.case_id));
create policy hub on contact_request to {database}_hub
    using (exists (select from feedback_window w where w.window_id = contact_request.window_id));
create policy hub on stopped to {database}_hub
    using (exists (select from feedback_case c where c.case_id = stopped.case_id));
create policy hub on response to {database}_hub
    using (exists (select from feedback_case c where c.case_id = response.case_id));
create policy hub on answer to {database}_hub
    using (exists (select from response r where r.response_id = answer.response_id));

create policy portal on feedback_window to {database}_portal
    using (revoked_at is null
           and (window_id = (select nullif(current_setting('app.window_id', true), '')::uuid)
                or token_sha256 = (select nullif(current_setting('app.token_sha256', true), ''))));
create policy portal on response to {database}_portal
    using (window_id = (select nullif(current_setting('app.window_id', true), '')::uuid)
           or code_blind = (select decode(nullif(current_setting('app.code_blind', true), ''), 'hex')))
    with check (exists (select from feedback_window w where w.window_id = response.window_id));
create policy portal on answer to {database}_portal
    using (exists (select from response r where r.response_id = answer.response_id))
    with check (exists (select from response r where r.response_id = answer.response_id));
create policy portal on stopped to {database}_portal
    using (exists (select from feedback_window w where w.case_id = stopped.case_id))
    with check (exists (select from feedback_window w where w.case_id = stopped.case_id));
