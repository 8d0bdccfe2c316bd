-- A provider hears at once that the person said no, to whomever of us they said it: until it is recorded nobody calls them
-- for support, so that the one check of safe contact gives the same answer at the hub and at every leg.

create policy portal on task to {database}_portal
    using (kind = 'said_no_to_support' and exists (select 1 from case_file c where c.case_id = task.case_id));
grant select (case_id, kind, done_at) on task to {database}_portal;
