-- A provider, or who commissions it, agreed to take a person whom a rule of the contract would not let in.

create table contract_exception (
    exception_id uuid primary key,
    case_id uuid not null references case_file,
    contract_id uuid not null,
    rule text not null,
    granted_by text not null,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null,
    unique (case_id, contract_id, rule)
);
comment on column contract_exception.exception_id is 'plain: made by the form';
comment on column contract_exception.case_id is 'plain: for which case';
comment on column contract_exception.contract_id is 'plain: from which contract';
comment on column contract_exception.rule is 'plain: from which of its rules';
comment on column contract_exception.granted_by is 'plain: who granted it, from a closed list';
comment on column contract_exception.by_id is 'plain: who wrote it down';
comment on column contract_exception.by_role is 'plain: in which role';
comment on column contract_exception.at is 'plain: when';

alter table contract_exception enable row level security;
alter table contract_exception force row level security;
create policy worker on contract_exception to {database}_worker using (true) with check (true);
grant select, insert, update, delete on contract_exception to {database}_worker;
create policy hub on contract_exception to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = contract_exception.case_id));
grant select, insert on contract_exception to {database}_hub;
