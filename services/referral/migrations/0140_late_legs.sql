-- What a provider leaves undone after it has answered is watched as its answer is: the first contact, who looks after the
-- person, a check-in or a review whose day is past. A step is taken again where the limit is a new one.

alter table silence_step drop constraint silence_step_kind_check;
alter table silence_step add constraint silence_step_kind_check
    check (kind in ('not_opened', 'not_answered', 'not_reached', 'no_worker', 'check_in_past', 'review_past'));
comment on column silence_step.kind is 'plain: not opened, not answered, or late after that: not reached, nobody named to look after it, its check-in or review past';
comment on column silence_step.step is 'plain: nudge, duty_line or next_provider; each is taken once a limit';
create index leg_not_reached on leg (answered_at, leg_id)
    where state in ('accepted', 'waitlisted') and contacted_at is null;
