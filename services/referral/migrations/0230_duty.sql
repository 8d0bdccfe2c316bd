-- Who of the hub is on duty, by the clock: what cannot wait is told to them by name, and providers ring their number.
create table duty_shift (
    shift_id uuid primary key,
    worker_id uuid not null references worker,
    from_at timestamptz not null,
    until_at timestamptz not null,
    telephone text not null,
    set_by uuid not null,
    set_at timestamptz not null,
    cancelled_at timestamptz,
    check (until_at > from_at)
);
create index duty_shift_days on duty_shift (until_at) where cancelled_at is null;
comment on column duty_shift.shift_id is 'plain: which shift';
comment on column duty_shift.worker_id is 'plain: who is on duty';
comment on column duty_shift.from_at is 'plain: from when';
comment on column duty_shift.until_at is 'plain: until when, this instant left out';
comment on column duty_shift.telephone is 'plain: the number of the hub that is answered then, never one of the worker''s own';
comment on column duty_shift.set_by is 'plain: who entered it';
comment on column duty_shift.set_at is 'plain: when';
comment on column duty_shift.cancelled_at is 'plain: when it was taken back';
grant select, insert, update, delete on duty_shift to {database}_worker;
grant select, insert, update on duty_shift to {database}_hub;
grant select (from_at, until_at, telephone, cancelled_at) on duty_shift to {database}_portal;
