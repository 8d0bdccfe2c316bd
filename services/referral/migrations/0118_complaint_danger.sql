-- Words of a complaint that may speak of danger are a task of the hour, with the case or without one that is known.

alter table task add column complaint_id uuid;
comment on column task.complaint_id is 'plain: of which complaint, whose words are read where they were written';
