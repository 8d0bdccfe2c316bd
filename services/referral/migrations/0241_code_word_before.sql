-- The code word that a record had of its own, before one that was agreed by another record of the same person took its
-- place: once the two are parted it is its own again.
create table code_word_before (
    person_id uuid primary key references person,
    said_of uuid not null references person,
    code_word bytea,
    instead bytea not null
);
create index code_word_before_said_of on code_word_before (said_of);
comment on column code_word_before.person_id is 'plain: whose word it was';
comment on column code_word_before.said_of is 'plain: by which other record the word was agreed that took its place';
comment on column code_word_before.code_word is 'personal: the word of the record itself, sealed; null where it had none';
comment on column code_word_before.instead is 'personal: the word that took its place, sealed';

alter table code_word_before enable row level security;
alter table code_word_before force row level security;
create policy worker on code_word_before to {database}_worker using (true) with check (true);
create policy hub on code_word_before to {database}_hub
    using (exists (select 1 from person p where p.person_id = code_word_before.person_id));
grant select, insert, update, delete on code_word_before to {database}_worker, {database}_hub;
