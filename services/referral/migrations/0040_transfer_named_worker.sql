-- A restricted person goes over to another provider's named worker, or not at all.

alter table transfer add column assigned_to uuid;
comment on column transfer.assigned_to is 'plain: the worker who is named for a restricted person at the new provider';
