-- Names are indexed again as numbers are, once for each way in which a person is found by theirs.
comment on column number_index.made_by is 'plain: which way of making the index, of numbers counted from 2 and of names from 101';
comment on column person_index.kind is 'plain: name, name_and_birth, first_name_and_birth, first_name_at_home, alike_at_home, phone, email or postcode';
