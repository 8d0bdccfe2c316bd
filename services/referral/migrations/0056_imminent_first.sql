-- Whose risk is imminent stands first in every queue by risk.
create index case_imminent on case_file (priority, act_by, case_id) where risk_grade = 'imminent' and state <> 'closed';
create index task_danger on task (due_at, task_id) where done_at is null and kind = 'call_emergency';
