-- Messages to providers: a one-time link, or that the hub waits for an answer. Nothing of the person is in them.

create table provider_mail (
    mail_id uuid primary key,
    provider_id uuid not null,
    contract_id uuid not null,
    case_id uuid not null,
    leg_id uuid not null,
    link_id uuid,
    template text not null,
    token bytea,
    asked_by uuid,
    asked_at timestamptz not null,
    not_after timestamptz not null,
    state text not null default 'waiting' check (state in ('waiting', 'sending', 'sent', 'failed', 'withheld')),
    tries int not null default 0,
    next_at timestamptz not null default now(),
    sending_since timestamptz,
    sent_at timestamptz,
    carrier text,
    why text
);
create index provider_mail_due on provider_mail (next_at, mail_id) where state in ('waiting', 'sending');
create index provider_mail_newest on provider_mail (asked_at desc, mail_id);
create index provider_mail_leg on provider_mail (leg_id);
create index provider_mail_case on provider_mail (case_id);
comment on column provider_mail.mail_id is 'plain: which message; the key it leaves under, however often it is tried';
comment on column provider_mail.provider_id is 'plain: to which provider; its registered address is read as it leaves';
comment on column provider_mail.contract_id is 'plain: under which contract';
comment on column provider_mail.case_id is 'plain: of which case';
comment on column provider_mail.leg_id is 'plain: of which leg';
comment on column provider_mail.link_id is 'plain: the one-time link in it; null for a nudge';
comment on column provider_mail.template is 'plain: what it says: provider_link or provider_nudge';
comment on column provider_mail.token is 'personal: the token of the link, sealed under the provider''s key; forgotten once it left';
comment on column provider_mail.asked_by is 'plain: who asked for it; null for the system';
comment on column provider_mail.asked_at is 'plain: when';
comment on column provider_mail.not_after is 'plain: it does not leave after this';
comment on column provider_mail.state is 'plain: waiting, sending, sent, failed (given up) or withheld (over before it left)';
comment on column provider_mail.tries is 'plain: how often it was handed to a carrier';
comment on column provider_mail.next_at is 'plain: not tried before this';
comment on column provider_mail.sending_since is 'plain: since when a worker is at it';
comment on column provider_mail.sent_at is 'plain: when it left';
comment on column provider_mail.carrier is 'plain: by what it left: outbox (to nowhere), smtp or notify';
comment on column provider_mail.why is 'plain: coded reason why it waits, failed or was withheld';

alter table provider_mail enable row level security;
alter table provider_mail force row level security;
create policy worker on provider_mail to {database}_worker using (true) with check (true);
create policy hub on provider_mail to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = provider_mail.case_id));
grant select, insert, update, delete on provider_mail to {database}_worker;
grant select, insert, update on provider_mail to {database}_hub;
