-- The outcome that the police gave a crime, each as it was told: they may give another one later, or take it back.
create table crime_outcome (
    crime_id uuid not null references crime,
    revision int not null,
    code text not null,
    decided_at timestamptz,
    heard_at timestamptz not null,
    primary key (crime_id, revision)
);
comment on column crime_outcome.crime_id is 'plain: of which crime';
comment on column crime_outcome.revision is 'plain: the revision of the crime that told it first';
comment on column crime_outcome.code is 'plain: the Home Office outcome type, with its variant letter; 0: none any more';
comment on column crime_outcome.decided_at is 'plain: when the police decided it, as they say';
comment on column crime_outcome.heard_at is 'plain: when it came here';

alter table crime_outcome enable row level security;
alter table crime_outcome force row level security;
create policy worker on crime_outcome to {database}_worker using (true) with check (true);
grant select, insert, update, delete on crime_outcome to {database}_worker;
create policy hub on crime_outcome to {database}_hub using (true);
grant select on crime_outcome to {database}_hub;
