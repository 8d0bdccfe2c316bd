-- What the police gave of a kind of channel more than once, or in words that cannot be read: kept until somebody has asked.
alter table person_sealed add column other_channels bytea;
comment on column person_sealed.other_channels is 'personal: numbers and addresses given twice for one kind, or of a kind we do not know, each with what was said of it, sealed';
