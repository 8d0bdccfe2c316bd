create table data_key (
    owner_id uuid primary key,
    wrapped bytea not null,
    wrapped_by text not null,
    created_at timestamptz not null default now()
);
comment on column data_key.owner_id is 'plain: whose fields this key opens';
comment on column data_key.wrapped is 'plain: the data key, encrypted under the key-encryption key';
comment on column data_key.wrapped_by is 'plain: which key-encryption key';
comment on column data_key.created_at is 'plain: when the key was made';
grant select, insert, delete on data_key to keys_worker;
