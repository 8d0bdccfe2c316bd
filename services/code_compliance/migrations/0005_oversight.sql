-- Oversight: who is behind a number (codes only), counts by month kept ready, and warnings before a clock runs out.

create table case_profile (
    case_id uuid primary key,
    reference text not null,
    area text not null,
    offence_group text not null,
    age_band text not null,
    sex text not null,
    ethnicity text not null,
    disability text not null
);
create index case_profile_by_reference on case_profile (reference);
comment on column case_profile.case_id is 'plain: one person in one crime, or a self-referral';
comment on column case_profile.reference is 'plain: the short reference for the phone; says nothing about the case';
comment on column case_profile.area is 'personal: local authority of the home, else of the place, as a code';
comment on column case_profile.offence_group is 'personal: group of the offence';
comment on column case_profile.age_band is 'personal: age at the report, as a band';
comment on column case_profile.sex is 'personal: sex, as a code';
comment on column case_profile.ethnicity is 'personal: group of the self-defined ethnicity, as a code';
comment on column case_profile.disability is 'personal: disability, as yes, no or an unknown value';

create table oversight_count (
    month date not null,
    split text not null,
    category text not null,
    entitlement text not null,
    dated boolean not null,
    restricted boolean not null,
    state text not null,
    number int not null,
    primary key (month, split, category, entitlement, dated, restricted, state)
);
comment on column oversight_count.month is 'plain: first day of the month in which the duty was due; where the Code gives no number, arose';
comment on column oversight_count.split is 'plain: total, or by what it is split';
comment on column oversight_count.category is 'plain: the part of the split; all for totals';
comment on column oversight_count.entitlement is 'plain: the duty, by its id in the catalogue';
comment on column oversight_count.dated is 'plain: whether the clock has a day';
comment on column oversight_count.restricted is 'plain: whether these are restricted people';
comment on column oversight_count.state is 'plain: how they stand';
comment on column oversight_count.number is 'plain: how many';

create table oversight_days (
    month date not null,
    entitlement text not null,
    restricted boolean not null,
    days int not null,
    number int not null,
    primary key (month, entitlement, restricted, days)
);
comment on column oversight_days.month is 'plain: first day of the month, as in oversight_count';
comment on column oversight_days.entitlement is 'plain: the duty, by its id in the catalogue';
comment on column oversight_days.restricted is 'plain: whether these are restricted people';
comment on column oversight_days.days is 'plain: working days from the start of the clock to the act';
comment on column oversight_days.number is 'plain: how many duties were met after so many days';

create table oversight_month (
    month date primary key,
    counted_at timestamptz not null
);
comment on column oversight_month.month is 'plain: first day of a month that was counted';
comment on column oversight_month.counted_at is 'plain: when it was last counted';

create table oversight_stale (
    month date not null,
    marked_at timestamptz not null default now()
);
create index oversight_stale_by_month on oversight_stale (month);
comment on column oversight_stale.month is 'plain: a month in which something changed since it was counted; a row for each change, so that writers never wait for each other';
comment on column oversight_stale.marked_at is 'plain: when it changed';

create table clock_warning (
    case_id uuid not null,
    entitlement text not null,
    occurrence text not null,
    fraction numeric(3, 2) not null,
    role text not null,
    due_at timestamptz not null,
    warned_at timestamptz not null,
    primary key (case_id, entitlement, occurrence, fraction, role, due_at)
);
create index clock_warning_of_role on clock_warning (role, due_at);
comment on column clock_warning.case_id is 'plain: to whom the duty is owed';
comment on column clock_warning.entitlement is 'plain: the duty, by its id in the catalogue';
comment on column clock_warning.occurrence is 'plain: the milestone of a duty that repeats; empty for one that does not';
comment on column clock_warning.fraction is 'plain: how much of the clock had passed';
comment on column clock_warning.role is 'plain: who is warned';
comment on column clock_warning.due_at is 'plain: the day that was warned of; a clock that gets another day may warn again';
comment on column clock_warning.warned_at is 'plain: when the warning was given';

create index entitlement_due_on on entitlement using brin (due_at) with (pages_per_range = 16, autosummarize = on);
create index entitlement_began_on on entitlement using brin (started_at) with (pages_per_range = 16, autosummarize = on);

-- Any writer of what is counted marks the months that it touched: one row a statement and month, and no lock.

create function oversight_month_of(due_at timestamptz, started_at timestamptz) returns date
    language sql immutable parallel safe
    return date_trunc('month', coalesce(due_at, started_at) at time zone 'Europe/London')::date;

create function oversight_mark_added() returns trigger language plpgsql as $$
begin
    insert into oversight_stale (month) select distinct oversight_month_of(due_at, started_at) from added;
    return null;
end $$;

create function oversight_mark_changed() returns trigger language plpgsql as $$
begin
    insert into oversight_stale (month)
    select oversight_month_of(due_at, started_at) from added
     union select oversight_month_of(due_at, started_at) from gone;
    return null;
end $$;

create function oversight_mark_people() returns trigger language plpgsql as $$
begin
    insert into oversight_stale (month)
    select distinct oversight_month_of(e.due_at, e.started_at) from added a join entitlement e using (case_id);
    return null;
end $$;

create trigger oversight_added after insert on entitlement
    referencing new table as added for each statement execute function oversight_mark_added();
create trigger oversight_changed after update on entitlement
    referencing old table as gone new table as added for each statement execute function oversight_mark_changed();
create trigger oversight_profile_added after insert on case_profile
    referencing new table as added for each statement execute function oversight_mark_people();
create trigger oversight_profile_changed after update on case_profile
    referencing new table as added for each statement execute function oversight_mark_people();
create trigger oversight_restricted after insert on restricted_case
    referencing new table as added for each statement execute function oversight_mark_people();
create trigger oversight_lifted after delete on restricted_case
    referencing old table as added for each statement execute function oversight_mark_people();

insert into oversight_stale (month) select distinct oversight_month_of(due_at, started_at) from entitlement;

grant select, insert, update, delete on case_profile, oversight_count, oversight_days, oversight_month, oversight_stale,
    clock_warning to {database}_worker;
grant select on case_profile, oversight_count, oversight_days, oversight_month, oversight_stale, clock_warning
    to {database}_hub;
grant insert on oversight_stale to {database}_hub;   -- evidence entered by staff changes counts too

do $$
declare name text;
begin
    foreach name in array array['case_profile', 'clock_warning'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using ('
            '(select current_setting(''app.restricted'', true)) = ''on'''
            ' or case_id not in (select r.case_id from restricted_case r))', name);
    end loop;
    foreach name in array array['oversight_count', 'oversight_days'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('create policy hub on %I to {database}_hub using (not restricted'
            ' or (select current_setting(''app.restricted'', true)) = ''on'')', name);
    end loop;
end $$;
