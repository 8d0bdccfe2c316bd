-- Danger in the words of a complaint is told to roles also where no case is known, and one task names every complaint.

alter table notice alter column case_id drop not null;
alter table notice add column task_id uuid;
comment on column notice.case_id is 'plain: which case; null = of a task of which no case is known';
comment on column notice.task_id is 'plain: which task it speaks of, where no case is known';
alter policy hub on notice
    using (case_id is null or exists (select 1 from case_file c where c.case_id = notice.case_id));

alter table task add column more_complaints uuid[] not null default '{}';
comment on column task.more_complaints is 'plain: further complaints of the same case that came while it was open';
