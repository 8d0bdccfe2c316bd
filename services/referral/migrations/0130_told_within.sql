-- What a provider is told beside the pack, as it stands now, keeps within the agreement by which the leg left.

alter table leg add column told_within text[];
comment on column leg.told_within is 'plain: the fields that the agreement by which it left lets its provider be told; empty: it sets no bound, or something else let it leave; null: it left before this was kept, and the fields of its pack are the bound';
