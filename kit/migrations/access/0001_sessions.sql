create table app_user (
    user_id uuid primary key,
    subject text not null unique,
    name text not null,
    active boolean not null default true
);
comment on column app_user.user_id is 'plain: who, as a number';
comment on column app_user.subject is 'plain: what the identity provider calls this worker';
comment on column app_user.name is 'personal: the worker''s name';
comment on column app_user.active is 'plain: false once the worker has left';

create table role_permission (
    role text not null,
    permission text not null,
    primary key (role, permission)
);
comment on column role_permission.role is 'plain: a role';
comment on column role_permission.permission is 'plain: what the role may do';

create table membership (
    user_id uuid primary key references app_user,
    role text not null,
    organisation_id uuid
);
comment on column membership.user_id is 'plain: who';
comment on column membership.role is 'plain: the role held';
comment on column membership.organisation_id is 'plain: the organisation the role is held in; null for the hub';

create table session (
    token_sha256 bytea primary key,
    user_id uuid not null references app_user,
    session_id uuid not null,
    opened_at timestamptz not null default now(),
    expires_at timestamptz not null,
    strength text
);
comment on column session.token_sha256 is 'plain: SHA-256 of the cookie; the cookie itself is not kept';
comment on column session.user_id is 'plain: who';
comment on column session.session_id is 'plain: this session, for the audit';
comment on column session.opened_at is 'plain: when the session began';
comment on column session.expires_at is 'plain: when it ends by itself';
comment on column session.strength is 'plain: how the identity provider says the person was authenticated (acr)';
create index on session (expires_at);

grant select on app_user, role_permission, membership to access_web;
grant select, insert, update, delete on session to access_web;
