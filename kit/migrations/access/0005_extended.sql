-- A session can be extended by its owner, through the identity provider's own refresh, up to a limit.

alter table session
    add column refresh text,
    add column extended int not null default 0;
comment on column session.refresh is 'plain: what the identity provider gave to ask it again with, sealed under the session key; null where it gave nothing';
comment on column session.extended is 'plain: how often its owner extended it';
