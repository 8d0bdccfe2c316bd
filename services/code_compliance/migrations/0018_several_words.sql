-- Records that were found to be of one person may hold several code words: a link lets the person in by any of them.

alter table own_rights_link add column other_proofs text[] not null default '{}';
comment on column own_rights_link.other_proofs is 'plain: keyed digests of further code words of the person, bound to this request; none where word_proof is null';
