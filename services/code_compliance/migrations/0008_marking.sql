-- The months that a statement touched are found from its hours: thousands of clocks end on few of them, and every month
-- of London begins with a whole hour of UTC.

create or replace function oversight_mark_added() returns trigger language plpgsql as $$
begin
    insert into oversight_stale (month)
    select distinct oversight_month_of(hour, hour)
      from (select distinct date_bin('1 hour', coalesce(due_at, started_at), timestamptz '2000-01-01 00:00Z') as hour
              from added) as hours;
    return null;
end $$;

create or replace function oversight_mark_changed() returns trigger language plpgsql as $$
begin
    insert into oversight_stale (month)
    select distinct oversight_month_of(hour, hour)
      from (select date_bin('1 hour', coalesce(due_at, started_at), timestamptz '2000-01-01 00:00Z') as hour from added
             union
            select date_bin('1 hour', coalesce(due_at, started_at), timestamptz '2000-01-01 00:00Z') from gone) as hours;
    return null;
end $$;
