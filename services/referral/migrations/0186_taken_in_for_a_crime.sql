-- Whoever is taken in since a task of a crime asked for them is tied to it: what is heard of its suspects is heard of them,
-- and nobody is sent unseen to whoever helps one of these.
alter table intake add column crime_id uuid;
comment on column intake.crime_id is 'plain: the crime of which a task asked for the person';
alter table intake add column beside_case uuid;
comment on column intake.beside_case is 'plain: the case of which a task asked for the person';
create index intake_of_crime on intake (crime_id) where crime_id is not null;
