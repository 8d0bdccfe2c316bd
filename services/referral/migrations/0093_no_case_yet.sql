-- An alert of a crime in which we know of nobody is a task until the crime comes, and ends by itself then.

create index task_no_case on task (crime_id) where case_id is null and done_at is null;
