-- A door of a case is gone through again after a new incident, or a new risk.
alter table offer_step add column round smallint not null default 1;
alter table offer_step drop constraint offer_step_case_id_offer_step_key;
alter table offer_step add constraint offer_step_once unique (case_id, offer, round, step);
comment on column offer_step.round is 'plain: the first, second, ... time that it is followed on the case';
