-- The whole life of a referral: rests of limits, waiting with check-ins, silence, the next provider, transfers and hand-over.

alter table referral add column review_on date, add column check_in_on date;
comment on column referral.review_on is 'plain: day on which a hold is looked at again';
comment on column referral.check_in_on is 'plain: day on which somebody who waits is next spoken to';
create index referral_review on referral (review_on, referral_id) where state = 'on_hold' and review_on is not null;
create index referral_check_in on referral (check_in_on, referral_id)
    where state = 'waitlisted' and check_in_on is not null;

alter table leg add column nudged_at timestamptz, add column silence_over boolean not null default false;
comment on column leg.nudged_at is 'plain: when the provider''s manager was asked to look at it';
comment on column leg.silence_over is 'plain: its silence has had every step';
create index leg_silence on leg (sent_at, leg_id) where state = 'sent' and not silence_over;
grant select on leg to {database}_portal;

create table limit_rest (
    referral_id uuid not null,
    case_id uuid not null,
    leg_id uuid,
    what text not null check (what in ('accept', 'support')),
    reason text not null,
    since timestamptz not null,
    until timestamptz,
    primary key (referral_id, what, since)
);
create index limit_rest_leg on limit_rest (leg_id);
create index limit_rest_case on limit_rest (case_id);
comment on column limit_rest.referral_id is 'plain: of which referral';
comment on column limit_rest.case_id is 'plain: of which case';
comment on column limit_rest.leg_id is 'plain: of which provider''s leg';
comment on column limit_rest.what is 'plain: which limit rested: to accept, or those of support';
comment on column limit_rest.reason is 'plain: coded reason';
comment on column limit_rest.since is 'plain: from when';
comment on column limit_rest.until is 'plain: until when; null while it rests';

create table check_in (
    check_in_id uuid primary key,
    referral_id uuid not null,
    case_id uuid not null,
    leg_id uuid not null,
    outcome text not null,
    next_on date not null,
    at timestamptz not null,
    by_id uuid not null,
    by_role text not null
);
create index check_in_referral on check_in (referral_id, at);
create index check_in_case on check_in (case_id);
comment on column check_in.check_in_id is 'plain: which check-in';
comment on column check_in.referral_id is 'plain: of which referral';
comment on column check_in.case_id is 'plain: with whom';
comment on column check_in.leg_id is 'plain: by which provider''s leg';
comment on column check_in.outcome is 'plain: what came of it, coded';
comment on column check_in.next_on is 'plain: day of the next one';
comment on column check_in.at is 'plain: when';
comment on column check_in.by_id is 'plain: who';
comment on column check_in.by_role is 'plain: in which role';

create table silence_step (
    leg_id uuid not null,
    kind text not null check (kind in ('not_opened', 'not_answered')),
    step text not null check (step in ('nudge', 'duty_line', 'next_provider')),
    case_id uuid not null,
    referral_id uuid not null,
    clock text not null,
    standards text not null,
    at timestamptz not null,
    primary key (leg_id, kind, step)
);
create index silence_step_case on silence_step (case_id);
comment on column silence_step.leg_id is 'plain: whose silence';
comment on column silence_step.kind is 'plain: not opened, or not answered';
comment on column silence_step.step is 'plain: nudge, duty_line or next_provider; each is taken once';
comment on column silence_step.case_id is 'plain: of which case';
comment on column silence_step.referral_id is 'plain: of which referral';
comment on column silence_step.clock is 'plain: wall clock or working time';
comment on column silence_step.standards is 'plain: version of the standards';
comment on column silence_step.at is 'plain: when the step was taken';

create table proposed_leg (
    referral_id uuid not null,
    case_id uuid not null,
    line text not null,
    contract_id uuid not null,
    because text not null,
    rank smallint not null,
    proposed_at timestamptz not null,
    closed_at timestamptz,
    primary key (referral_id, contract_id)
);
create index proposed_leg_case on proposed_leg (case_id) where closed_at is null;
comment on column proposed_leg.referral_id is 'plain: for which referral';
comment on column proposed_leg.case_id is 'plain: of which case';
comment on column proposed_leg.line is 'plain: service line of the contract; another one than the referral''s for a better idea';
comment on column proposed_leg.contract_id is 'plain: who is proposed';
comment on column proposed_leg.because is 'plain: better_idea, declined, silent or relet';
comment on column proposed_leg.rank is 'plain: order; a better idea first';
comment on column proposed_leg.proposed_at is 'plain: when';
comment on column proposed_leg.closed_at is 'plain: when a human sent it or the referral went another way';

create table handover (
    handover_id uuid primary key,
    from_contract uuid not null,
    to_contract uuid not null,
    to_go int not null,
    to_ask int not null,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null,
    goes_at timestamptz not null,
    undone_at timestamptz,
    undone_by uuid,
    done_at timestamptz
);
create index handover_due on handover (goes_at) where done_at is null and undone_at is null;
comment on column handover.handover_id is 'plain: which hand-over';
comment on column handover.from_contract is 'plain: the contract that ends';
comment on column handover.to_contract is 'plain: the one that takes over';
comment on column handover.to_go is 'plain: how many referrals go over';
comment on column handover.to_ask is 'plain: how many people are asked again first, since they agreed to the old provider by name';
comment on column handover.by_id is 'plain: who decided';
comment on column handover.by_role is 'plain: in which role';
comment on column handover.at is 'plain: when';
comment on column handover.goes_at is 'plain: until when it can be undone; then it is carried out';
comment on column handover.undone_at is 'plain: when it was undone';
comment on column handover.undone_by is 'plain: who undid it';
comment on column handover.done_at is 'plain: when it was carried out';

create table transfer (
    transfer_id uuid primary key,
    handover_id uuid references handover,
    referral_id uuid not null,
    case_id uuid not null,
    contract_id uuid not null,
    reason text not null,
    gate text,
    by_id uuid not null,
    by_role text not null,
    at timestamptz not null,
    goes_at timestamptz not null,
    undone_at timestamptz,
    done_at timestamptz,
    refused text,
    new_referral_id uuid
);
create index transfer_due on transfer (goes_at, transfer_id)
    where done_at is null and undone_at is null;
create unique index transfer_once on transfer (referral_id) where done_at is null and undone_at is null;
create index transfer_case on transfer (case_id);
create index transfer_handover on transfer (handover_id);
comment on column transfer.transfer_id is 'plain: which transfer';
comment on column transfer.handover_id is 'plain: of which hand-over; null = of this person alone';
comment on column transfer.referral_id is 'plain: which referral ends';
comment on column transfer.case_id is 'plain: of which case';
comment on column transfer.contract_id is 'plain: who takes over';
comment on column transfer.reason is 'plain: coded reason';
comment on column transfer.gate is 'plain: what lets it go: police_share, agreement or override; null = the person is asked first';
comment on column transfer.by_id is 'plain: who decided';
comment on column transfer.by_role is 'plain: in which role';
comment on column transfer.at is 'plain: when';
comment on column transfer.goes_at is 'plain: until when it can be undone; then it is carried out';
comment on column transfer.undone_at is 'plain: when it was undone';
comment on column transfer.done_at is 'plain: when it was carried out, or found to be impossible';
comment on column transfer.refused is 'plain: why it could not be carried out';
comment on column transfer.new_referral_id is 'plain: the referral that follows';

do $$
declare
    name text;
begin
    foreach name in array array['limit_rest', 'check_in', 'silence_step', 'proposed_leg', 'transfer'] loop
        execute format('alter table %I enable row level security', name);
        execute format('alter table %I force row level security', name);
        execute format('create policy worker on %I to {database}_worker using (true) with check (true)', name);
        execute format('grant select, insert, update, delete on %I to {database}_worker', name);
        execute format('create policy hub on %I to {database}_hub using (exists (select 1 from case_file c'
                       ' where c.case_id = %I.case_id))', name, name);
        execute format('grant select, insert, update on %I to {database}_hub', name);
    end loop;
    foreach name in array array['limit_rest', 'check_in'] loop
        execute format('create policy portal on %I to {database}_portal using (exists (select 1 from leg l'
                       ' where l.leg_id = %I.leg_id))', name, name);
        execute format('grant select, insert on %I to {database}_portal', name);
    end loop;
end
$$;
grant update (until) on limit_rest to {database}_portal;
alter table handover enable row level security;
alter table handover force row level security;
create policy worker on handover to {database}_worker using (true) with check (true);
create policy hub on handover to {database}_hub using (true);
grant select, insert, update, delete on handover to {database}_worker;
grant select, insert, update on handover to {database}_hub;

-- An agreement that is about to end is found by its last moment.
create index consent_ending on consent (expires_at, consent_id) where withdrawn_at is null and expires_at is not null;
