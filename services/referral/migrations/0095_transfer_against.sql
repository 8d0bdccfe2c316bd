-- Why the contract that takes over did not take somebody, as it was found at the moment of going.

alter table transfer add column against text[];
comment on column transfer.against is 'plain: names of the rules of the new contract that stood against the person when it was to go; null where none was asked or did';
