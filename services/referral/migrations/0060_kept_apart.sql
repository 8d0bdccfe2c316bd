-- A provider that helps both sides of an allegation is told at either referral to keep two people apart, and no more.
alter table leg add column kept_apart_since timestamptz;
comment on column leg.kept_apart_since is 'plain: since when its provider is asked to keep the person from meeting somebody else whom it helps; null where it is not';
