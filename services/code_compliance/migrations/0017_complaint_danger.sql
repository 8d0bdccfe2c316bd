-- What somebody says in a complaint may speak of danger: it is marked, and stands first until it is answered.

alter table complaint add column danger boolean not null default false;
comment on column complaint.danger is 'plain: whether what was said holds a sign of danger, so that it is read first';
