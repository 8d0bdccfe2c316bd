-- A risk that was counted from the reports of somebody else is a task of its own kind. The ranks are those of
-- store/tasks.py, word for word.
drop index task_by_danger;
create index task_by_danger on task ((case
  when kind in ('call_emergency') then 0
  when kind in ('agreement_afraid', 'code_word_guessed', 'complaint_danger', 'counter_allegation',
    'danger_taken_back', 'held_in_danger', 'unknown_milestone', 'waits_in_danger', 'written_danger') or starts_with(kind, 'no_case_') then 1
  when kind in ('another_way', 'joined_not_safe', 'new_hold', 'not_safe_any_more', 'one_chance_elsewhere',
    'parted_not_safe', 'review_risk', 'risk_elsewhere', 'risk_parted', 'suspect_may_be_known') then 2
  else 3 end), due_at, task_id) where done_at is null;
