-- Behind a link nothing is shown that says that something was reported, before a second proof that it is the person: the
-- code word that was agreed, compared by a keyed digest that is bound to the request; the word itself is not here.

alter table own_rights_link add column word_proof bytea;
alter table own_rights_link add column wrong_words int not null default 0;
alter table own_rights_link add column shut_at timestamptz;
comment on column own_rights_link.word_proof is 'plain: keyed digest of the code word agreed with the person, bound to this request; null where none was agreed';
comment on column own_rights_link.wrong_words is 'plain: how many wrong words were given behind the link';
comment on column own_rights_link.shut_at is 'plain: when too many wrong words shut the link and its code; null while open';
grant update (wrong_words, shut_at) on own_rights_link to {database}_portal;
