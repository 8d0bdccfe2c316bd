-- What a decision was taken on stays as it was, though the case is decided again and comes out the same: who asks why not
-- gets the same answer for ever.

alter table routing add column decided_on jsonb, add column decided_directory text;
comment on column routing.decided_on is 'plain: the facts that the decision was taken on, where facts has newer ones since; null while they are the same';
comment on column routing.decided_directory is 'plain: the version of the directory that it was taken on, as decided_on';
