-- A provider's page shows the number of the pack only while it is still the person's: it compares digests.
grant select (value_index) on channel to {database}_portal;
