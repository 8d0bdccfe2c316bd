-- Every record of a person is restricted where one of them is: the few who are restricted are found at once.

create index person_restricted on person (person_id) where restricted;
