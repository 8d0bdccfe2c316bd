-- A newer link of a leg that somebody has opened ends what is open by an older one: found by when a link was opened.
create index leg_link_used on leg_link (used_at) where used_at is not null;
