-- A provider without accounts has its links by itself: the first one when something is with it, whoever sent it, and another
-- whenever whoever holds an old one asks. It goes to the registered address, and is shown to nobody.

alter table leg_link alter column made_by drop not null, add column asked_again_at timestamptz;
comment on column leg_link.made_by is 'plain: by which officer; null for the system';
comment on column leg_link.asked_again_at is 'plain: when whoever holds it asked for another one to be mailed to the registered address';
create index leg_link_asked_again on leg_link (asked_again_at) where asked_again_at is not null;
grant update (asked_again_at) on leg_link to {database}_portal;
