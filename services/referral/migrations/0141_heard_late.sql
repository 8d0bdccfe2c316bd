-- What the police told late is no older here than when it was heard: a limit of a provider runs from when it could be seen,
-- and a task says when it came where that was after it was due.

alter table task add column heard_at timestamptz;
alter table task alter column heard_at set default now();
comment on column task.heard_at is 'plain: when it came here, by the clock on the wall; null of what was there before this was kept';
do $$
begin
    alter table leg no force row level security;
    update leg set urgent_since = out_at where urgent_since < out_at;
    alter table leg force row level security;
end
$$;
comment on column leg.urgent_since is 'plain: since when it was known here that the risk rose while a provider had this; null where it did not';
