-- Who is restricted because another record of theirs is: when the two turn out not to be of one person, that ends.

alter table person add column by_link timestamptz;
comment on column person.by_link is 'plain: since when restricted for no reason but that another record of the same person is; null where restricted in their own right';
