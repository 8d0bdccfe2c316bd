-- A task may be about a contract: it ends while people are with it.

alter table task add column contract_id uuid;
comment on column task.contract_id is 'plain: about which contract, where it is about no single case';
create index task_contract on task (contract_id) where contract_id is not null and done_at is null;
