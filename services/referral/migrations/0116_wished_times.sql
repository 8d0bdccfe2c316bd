-- What the person said behind their link of when and how to be reached stands where it is read how to reach them.

alter table wish_before add column best_time text, add column call_back boolean not null default false;
comment on column wish_before.best_time is 'plain: when they said that it is best: morning, afternoon or evening; null where they said nothing of it';
comment on column wish_before.call_back is 'plain: whether they ask to be asked how they want to be reached';
