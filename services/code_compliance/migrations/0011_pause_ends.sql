-- When a pause is expected to end, whether it then ends by itself, and that somebody was told that the day is near.

alter table pause add column expected_end timestamptz check (expected_end >= paused_from),
    add column ends_by_itself boolean not null default false,
    add column told_at timestamptz;
create index pause_expected_to_end on pause (expected_end) where paused_until is null and expected_end is not null;
comment on column pause.expected_end is 'plain: when it is expected to end; null = nobody can say';
comment on column pause.ends_by_itself is 'plain: whether the rule of its reason lets it end then by itself';
comment on column pause.told_at is 'plain: when a role was told that the day is near; null = not yet';
