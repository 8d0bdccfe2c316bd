-- Whoever died is asked nothing: what is still to be asked is closed when the hub has made sure of it.

alter table feedback_case add column died boolean not null default false;
comment on column feedback_case.died is 'personal: whether the person died, as the hub made sure';
