-- What a provider was given of a leg that has ended is closed to it with the agreement that let it have it.

alter table leg add column pack_closed_at timestamptz;
comment on column leg.pack_closed_at is 'plain: since when its provider opens the pack of an ended leg no more: the agreement is over';
