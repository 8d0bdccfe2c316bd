-- The same event id with other content is no duplicate: what was applied is told from it by this checksum.

alter table kit.inbox add column body bigint;
comment on column kit.inbox.body is 'plain: checksum of the record''s value but for what is sealed in it, which is another text each time; null for what was applied before there was one';
