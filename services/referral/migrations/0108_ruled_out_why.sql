-- A provider is ruled out by the person, or by its own word: that it works with the other party, or that the person would
-- not be safe with it. Each word stands by itself until who said it says otherwise.

alter table ruled_out add column why text not null default 'person'
    check (why in ('person', 'another', 'conflict', 'unsafe'));
comment on column ruled_out.why is
    'plain: the person asked not to be sent there, or for another; it works with the other party; it is not safe with it';
alter table ruled_out drop constraint ruled_out_pkey;
alter table ruled_out add primary key (person_id, provider_id, why);
alter table ruled_out alter column by_id drop not null;
comment on column ruled_out.by_id is 'plain: who wrote it down; null for the answer of the provider itself';
