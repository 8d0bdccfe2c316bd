-- That it is not safe to be in touch, or that the person died, is heard also by a form that came too late for the step or
-- the appointment that it was of: it says so here, and the hub's worker does what follows.

create table late_word (
    word_id uuid primary key,
    referral_id uuid not null references referral on delete cascade,
    case_id uuid not null,
    reason text not null,
    said_by uuid not null,
    by_role text not null,
    said_at timestamptz not null
);
comment on column late_word.word_id is 'plain: which word, the same for the same form of the same worker';
comment on column late_word.referral_id is 'plain: of which referral';
comment on column late_word.case_id is 'plain: of which case that referral is';
comment on column late_word.reason is 'plain: coded reason';
comment on column late_word.said_by is 'plain: who said it';
comment on column late_word.by_role is 'plain: in which role';
comment on column late_word.said_at is 'plain: when';
alter table late_word enable row level security;
alter table late_word force row level security;
create policy worker on late_word to {database}_worker using (true) with check (true);
grant select, update, delete on late_word to {database}_worker;
create policy portal on late_word for insert to {database}_portal
    with check (exists (select 1 from leg l where l.referral_id = late_word.referral_id and l.case_id = late_word.case_id)
                or exists (select 1 from lapsed_leg l where l.referral_id = late_word.referral_id
                              and l.case_id = late_word.case_id));
create policy hub on late_word for insert to {database}_hub
    with check (exists (select 1 from referral r join case_file c on c.case_id = r.case_id
                         where r.referral_id = late_word.referral_id and r.case_id = late_word.case_id));
grant insert on late_word to {database}_portal, {database}_hub;
