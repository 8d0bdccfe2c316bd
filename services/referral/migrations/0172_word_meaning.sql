-- What somebody decided that a word of the police means, which no list of ours knows: for this case, and for no other.
create table word_meaning (
    end_id uuid not null references hold_end,
    word text not null,
    case_id uuid not null references case_file,
    meant text,
    decided_by uuid not null,
    decided_role text not null,
    decided_at timestamptz not null,
    primary key (end_id, word)
);
create index word_meaning_last on word_meaning (lower(word), decided_at desc);
create index word_meaning_of_case on word_meaning (case_id, decided_at);
comment on column word_meaning.end_id is 'plain: with the end of which hold it was decided';
comment on column word_meaning.word is 'plain: the word as the police told it, behind the name of its field';
comment on column word_meaning.case_id is 'plain: of which case';
comment on column word_meaning.meant is 'plain: the listed word that it means; null: none of these';
comment on column word_meaning.decided_by is 'plain: who decided it';
comment on column word_meaning.decided_role is 'plain: in which role';
comment on column word_meaning.decided_at is 'plain: when';

alter table word_meaning enable row level security;
alter table word_meaning force row level security;
create policy worker on word_meaning to {database}_worker using (true) with check (true);
grant select, insert, update, delete on word_meaning to {database}_worker;
create policy hub on word_meaning to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = word_meaning.case_id));
grant select, insert on word_meaning to {database}_hub;
