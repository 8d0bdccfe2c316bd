-- An invitation rests before it leaves: until then the times of quiet are asked again, and take it back.

alter table contact_request add column waits_until timestamptz;
comment on column contact_request.waits_until is 'plain: the invitation leaves no sooner; null where it left at once';
create index contact_request_resting on contact_request (waits_until) where answer = 'sent' and waits_until is not null;
alter table feedback_case add column removed boolean not null default false;
comment on column feedback_case.removed is 'plain: the police''s last snapshot names the person no more';
