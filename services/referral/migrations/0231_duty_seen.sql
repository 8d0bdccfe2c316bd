-- The rota is the hub's; a provider reads of it only what is in force, without whose shift it is.
alter table duty_shift enable row level security;
alter table duty_shift force row level security;
create policy worker on duty_shift to {database}_worker using (true) with check (true);
create policy hub on duty_shift to {database}_hub using (true) with check (true);
create policy portal on duty_shift for select to {database}_portal using (cancelled_at is null);
