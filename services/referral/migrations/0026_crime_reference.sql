-- A case is found by the number that the police gave the crime: their own key, which says nothing of a person.

create index crime_by_reference on crime (upper(replace(crime_reference, ' ', ''))) where crime_reference is not null;
