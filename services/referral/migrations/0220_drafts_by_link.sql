-- A form behind a one-time link is kept by half too: under the link that wrote it, shown to whoever has that link open,
-- about the one referral of its leg, and forgotten when the link ends.

create policy link on form_draft to {database}_portal
    using (worker_id = (select nullif(current_setting('app.user_id', true), '')::uuid)
           and exists (select 1 from leg l where l.leg_id = (select nullif(current_setting('app.leg_id', true), '')::uuid)
                          and l.referral_id = form_draft.referral_id and l.provider_id = form_draft.provider_id));
comment on column form_draft.worker_id is 'plain: whose draft: a worker, or the one-time link it was written behind';
