-- Messages that were refused at once stand in the outbox too, with the true reason.

create table mail_refused (
    request_id uuid primary key,
    case_id uuid not null,
    purpose text not null,
    template text not null,
    asked_at timestamptz not null,
    not_after timestamptz not null,
    why text not null
);
create index mail_refused_case on mail_refused (case_id);
create index mail_refused_newest on mail_refused (asked_at desc, request_id);
comment on column mail_refused.request_id is 'plain: which request';
comment on column mail_refused.case_id is 'plain: whom it concerns';
comment on column mail_refused.purpose is 'plain: what for';
comment on column mail_refused.template is 'plain: which text';
comment on column mail_refused.asked_at is 'plain: when it was asked for';
comment on column mail_refused.not_after is 'plain: not to be sent later';
comment on column mail_refused.why is 'plain: coded reason why nothing left';
alter table mail_refused enable row level security;
alter table mail_refused force row level security;
create policy worker on mail_refused to {database}_worker using (true) with check (true);
grant select, insert, update, delete on mail_refused to {database}_worker;
create policy hub on mail_refused to {database}_hub using (exists (select 1 from case_file c
    where c.case_id = mail_refused.case_id));
grant select on mail_refused to {database}_hub;
