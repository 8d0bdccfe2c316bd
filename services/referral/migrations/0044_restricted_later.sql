-- Restricted after something was with a provider, and restricted until somebody has decided whether it is the same person.

create index leg_restricted on leg (leg_id) where restricted and state in ('sent', 'accepted', 'waitlisted');

alter table person add column until_decided timestamptz;
comment on column person.until_decided is 'plain: since when restricted for no reason but that it may be the same person as one who is; null where restricted in their own right';
