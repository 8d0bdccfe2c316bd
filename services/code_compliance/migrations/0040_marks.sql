-- What the head of a case says of danger, as the hub told it: the pages of the Code show the same marks.

create table case_mark (
    case_id uuid primary key,
    share text,
    refused_at timestamptz,
    agreed_at timestamptz,
    risk_grade text,
    holds text[] not null default '{}',
    was_high boolean not null default false,
    death_said_at timestamptz,
    alive_said_at timestamptz
);
comment on table case_mark is 'marks of danger of a case; no row where the hub told of none';
comment on column case_mark.case_id is 'plain: one person in one crime, or a self-referral';
comment on column case_mark.share is 'personal: how the person stands to sharing, as the police told it last';
comment on column case_mark.refused_at is 'plain: since when they stand as having said no; a later yes to the hub does not change what the police told';
comment on column case_mark.agreed_at is 'plain: when they last agreed to be helped since; null where they took an agreement back after it';
comment on column case_mark.risk_grade is 'personal: the grade of the risk, as a code';
comment on column case_mark.holds is 'personal: why a human decides, as codes';
comment on column case_mark.was_high is 'personal: whether the risk was ever found high; never taken back';
comment on column case_mark.death_said_at is 'personal: when it was last said that the person died, made sure or not';
comment on column case_mark.alive_said_at is 'personal: when it was last said that they live';

grant select, insert, update on case_mark to {database}_worker;
grant select on case_mark to {database}_hub;
alter table case_mark enable row level security;
alter table case_mark force row level security;
create policy worker on case_mark to {database}_worker using (true) with check (true);
create policy hub on case_mark to {database}_hub
    using ((select current_setting('app.restricted', true)) = 'on'
        or case_id not in (select r.case_id from restricted_case r));
