-- How a list stands may be told to the hub by telephone.

alter table contract_state add column said_by text;
comment on column contract_state.said_by is 'plain: who of the provider told the hub, coded; null where the provider said it itself';
