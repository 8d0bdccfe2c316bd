-- The queue of all open cases by its own order, and the load of each worker without reading the cases themselves.

create index case_open on case_file (opened_at desc, case_id) where state <> 'closed';
drop index case_owned;
create index case_owned on case_file (assigned_to, priority, act_by, case_id) include (state, restricted)
    where assigned_to is not null and state <> 'closed';
