-- A queue that is narrowed or ordered otherwise is sought in an index alone: each holds all that a queue is narrowed and
-- ordered by, and what row-level security asks of a case.

drop index case_open;
create index case_open on case_file (opened_at desc, case_id)
    include (state, restricted, lines, holds, home_local_authority, local_authority, kind, decision, priority, act_by)
    where state <> 'closed';
drop index case_due;
create index case_due on case_file (act_by, case_id)
    include (state, restricted, lines, holds, home_local_authority, local_authority, kind, decision, priority, opened_at)
    where state in ('waiting', 'active');
drop index case_active;
create index case_active on case_file (priority, act_by, case_id)
    include (state, restricted, lines, holds, home_local_authority, local_authority, kind, decision, opened_at)
    where state = 'active';
