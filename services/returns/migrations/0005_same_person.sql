-- People are counted as people: a human may have found that two police references are of one person, or taken it back.

alter table fact add column same_as uuid;
comment on column fact.same_as is 'plain: who the person of this case is, equal for every record of that person';
create index fact_same on fact (person_id, position) where same_as is not null;

create function same_person_as_of(_cut timestamptz, _position bigint)
returns table (person_id uuid, same_as uuid)
language sql stable as $$
    select distinct on (person_id) person_id, same_as
      from fact
     where same_as is not null and type = 'case.updated.v1' and position <= _position and event_time <= _cut
     order by person_id, position desc
$$;
