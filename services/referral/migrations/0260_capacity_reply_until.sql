-- The weekly question may be answered with every state of a list, also with the day until when.
alter table capacity_reply add column until date;
comment on column capacity_reply.until is 'plain: the last day for which it was said; null where no day was';
comment on column capacity_reply.state is 'plain: open, limited, waiting_list, needs_assessment_first, paused or closed';
