-- What is owed to somebody ends with their death, by the recorded decision of the hub; it can be taken back.

alter table code_case add column died_at timestamptz;
comment on column code_case.died_at is 'plain: since when it is recorded that the person died; null while they live, or where it was taken back';
