-- Who did it, as somebody said when they came, is found again by the name where somebody of that name comes later.
alter table case_entry add column name_index bytea;
comment on column case_entry.name_index is 'personal: keyed digest of the name of who did it, as of people who have a case; null of anybody else';
create index case_entry_named on case_entry (name_index) where name_index is not null and closed_at is null;
