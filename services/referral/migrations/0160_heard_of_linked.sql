-- What was found safe of a number in one record of a person answers what another one does not know: a provider's page counts
-- it so as well, and needs to know when it was heard from the person.
grant select (heard_at) on channel to {database}_portal;
