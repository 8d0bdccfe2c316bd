-- Forms that somebody has filled in by half: kept for a day under the worker who wrote them, and shown to them alone.

create table form_draft (
    draft_id uuid not null,
    worker_id uuid not null,
    form text not null,
    address text not null,
    case_id uuid,
    referral_id uuid,
    provider_id uuid,
    owner_id uuid not null,
    body bytea not null,
    answered int not null,
    asked int,
    version int not null,
    saved_at timestamptz not null,
    kept_until timestamptz not null,
    primary key (worker_id, draft_id)
);
create index form_draft_over on form_draft (kept_until);
comment on column form_draft.draft_id is 'plain: which draft';
comment on column form_draft.worker_id is 'plain: whose draft';
comment on column form_draft.form is 'plain: which form';
comment on column form_draft.address is 'plain: the page that opens it again; ids and codes alone';
comment on column form_draft.case_id is 'plain: which case; null where there is none yet';
comment on column form_draft.referral_id is 'plain: which referral, for a provider''s form about one';
comment on column form_draft.provider_id is 'plain: the provider of whoever writes; null for the hub';
comment on column form_draft.owner_id is 'plain: under whose key: the person''s, or the worker''s where nobody is known yet';
comment on column form_draft.body is 'personal: the fields as filled in so far, JSON, sealed under the owner''s key';
comment on column form_draft.answered is 'plain: how many questions have an answer';
comment on column form_draft.asked is 'plain: how many questions there are; null where the form does not say';
comment on column form_draft.version is 'plain: how often it was saved; a stale tab does not overwrite a newer one';
comment on column form_draft.saved_at is 'plain: when it was last saved';
comment on column form_draft.kept_until is 'plain: forgotten after this';

alter table form_draft enable row level security;
alter table form_draft force row level security;
create policy worker on form_draft to {database}_worker using (true) with check (true);
-- A draft about a case is shown as long as its writer may see the case.
create policy hub on form_draft to {database}_hub
    using (worker_id = (select nullif(current_setting('app.user_id', true), '')::uuid) and provider_id is null
           and (case_id is null or exists (select 1 from case_file c where c.case_id = form_draft.case_id)));
create policy portal on form_draft to {database}_portal
    using (worker_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           and provider_id = (select nullif(current_setting('app.provider_id', true), '')::uuid)
           and (referral_id is null or exists (select 1 from leg l where l.referral_id = form_draft.referral_id)));
grant select, insert, update, delete on form_draft to {database}_worker, {database}_hub, {database}_portal;
