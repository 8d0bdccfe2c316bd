-- A locked number is looked for by itself, whoever's record it stands in.
create index locked_value_number on locked_value (value_index);
create index channel_number on channel (value_index) where value_index is not null;
