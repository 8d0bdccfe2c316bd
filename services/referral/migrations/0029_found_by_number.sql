-- Row-level security keeps an index of upper(...) from being used: such a function might tell what it was asked about.
-- A column of its own is compared plainly, and so found by its index.

drop index crime_by_reference;
alter table crime add column crime_number text generated always as (upper(replace(crime_reference, ' ', ''))) stored;
comment on column crime.crime_number is 'plain: the number that the police gave the crime, without spaces, in capitals';
create index crime_by_number on crime (crime_number) where crime_number is not null;

-- What changed since a worker last looked is sought among their latest looks.
create index case_look_latest on case_look (worker_id, looked_at desc);
