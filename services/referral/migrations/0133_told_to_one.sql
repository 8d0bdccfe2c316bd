-- An answer to somebody's question is told to them, and to their whole role only where they are not there.

alter table notice add column worker_id uuid;
comment on column notice.worker_id is 'plain: to whom alone; null: to everybody of the role';
