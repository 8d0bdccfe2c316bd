-- A complaint that was found in what a person wrote of how it went: the words stay where they were written.

alter table complaint add column response_id uuid;
comment on column complaint.response_id is 'plain: the answers to our questions in which it was written; null where it came by itself';
