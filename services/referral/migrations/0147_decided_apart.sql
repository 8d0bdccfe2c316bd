-- Who was decided to be two people is shown with both, so that it can be taken back.
create index same_person_apart_other on same_person (other_id) where same = false;
