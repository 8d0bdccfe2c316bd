-- What is kept of the directory beside its contracts: providers, planned closures, and to whom a case may go by itself.

create table directory_change (
    change_id uuid primary key,
    kind text not null check (kind in ('provider', 'closure', 'automatic')),
    subject_id uuid not null,
    effective_from date not null,
    until_day date,
    entry jsonb not null,
    reason text,
    made_by uuid not null,
    made_at timestamptz not null,
    confirmed_by uuid,
    confirmed_at timestamptz,
    refused_at timestamptz,
    cancelled_at timestamptz,
    cancelled_by uuid,
    check (confirmed_by is null or confirmed_by <> made_by),
    check (until_day is null or until_day >= effective_from)
);
create index directory_change_of on directory_change (subject_id, effective_from);
comment on column directory_change.change_id is 'plain: made by the form, so that sending it twice enters it once';
comment on column directory_change.kind is 'plain: a provider as it is from a day on, a planned closure, or who is sent to by itself';
comment on column directory_change.subject_id is 'plain: which provider, or which contract';
comment on column directory_change.effective_from is 'plain: the first day on which it counts';
comment on column directory_change.until_day is 'plain: the last day of a closure';
comment on column directory_change.entry is 'plain: what is kept: a provider as in directory.yaml, or the line and area of a contract';
comment on column directory_change.reason is 'plain: coded reason';
comment on column directory_change.made_by is 'plain: who entered it';
comment on column directory_change.made_at is 'plain: when';
comment on column directory_change.confirmed_by is 'plain: the second person, where one is needed';
comment on column directory_change.confirmed_at is 'plain: when the second person agreed; until then it does not count';
comment on column directory_change.refused_at is 'plain: when the second person said no';
comment on column directory_change.cancelled_at is 'plain: when it was taken back';
comment on column directory_change.cancelled_by is 'plain: by whom';

alter table directory_change enable row level security;
alter table directory_change force row level security;
create policy worker on directory_change to {database}_worker using (true) with check (true);
create policy hub on directory_change to {database}_hub using (true) with check (true);
create policy portal on directory_change to {database}_portal using (true);
grant select, insert, update, delete on directory_change to {database}_worker;
grant select, insert on directory_change to {database}_hub;
grant update (until_day, confirmed_by, confirmed_at, refused_at, cancelled_at, cancelled_by) on directory_change to {database}_hub;
grant select on directory_change to {database}_portal;

-- How many referrals a contract holds at once, where it has a limit.
create index leg_held on leg (contract_id) where state in ('sent', 'accepted', 'waitlisted');

-- What the hub asks before it refers: need in areas of life, how to communicate, the risk, and whether the person agrees.
create table hub_assessment (
    assessment_id uuid primary key,
    case_id uuid not null references case_file,
    needs jsonb not null,
    communication text[] not null,
    dash_score int,
    risk text not null,
    agreed text not null,
    lists text not null,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null
);
create index hub_assessment_case on hub_assessment (case_id, at desc);
comment on column hub_assessment.assessment_id is 'plain: made by the form, so that sending it twice records it once';
comment on column hub_assessment.case_id is 'plain: which case';
comment on column hub_assessment.needs is 'plain: area of life to a score of 1 to 5, or to the code of why there is none';
comment on column hub_assessment.communication is 'plain: what the person needs to communicate, coded';
comment on column hub_assessment.dash_score is 'plain: Dash, 0 to 27; null where it was not done';
comment on column hub_assessment.risk is 'plain: the risk as the hub sees it, or why it is not known';
comment on column hub_assessment.agreed is 'plain: whether the person agrees to be referred';
comment on column hub_assessment.lists is 'plain: version of the lists it was asked by';
comment on column hub_assessment.by_id is 'plain: who recorded it';
comment on column hub_assessment.by_role is 'plain: in which role';
comment on column hub_assessment.at is 'plain: when';
alter table hub_assessment enable row level security;
alter table hub_assessment force row level security;
create policy worker on hub_assessment to {database}_worker using (true) with check (true);
create policy hub on hub_assessment to {database}_hub
    using (exists (select 1 from case_file c where c.case_id = hub_assessment.case_id));
grant select, insert, update, delete on hub_assessment to {database}_worker;
grant select, insert on hub_assessment to {database}_hub;
