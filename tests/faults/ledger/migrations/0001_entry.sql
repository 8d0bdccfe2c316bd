create table entry (
    crime_id uuid not null,
    number int not null,
    position bigint generated always as identity,
    primary key (crime_id, number, position)
);
comment on column entry.crime_id is 'plain: the key of the event';
comment on column entry.number is 'plain: the event''s number within its key';
comment on column entry.position is 'plain: order of application';
grant select, insert on entry to {database}_worker;
