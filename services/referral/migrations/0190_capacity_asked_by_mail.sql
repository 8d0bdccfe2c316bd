-- A provider is asked once a week how its list stands, by mail: a message of no case.
alter table provider_mail alter column case_id drop not null, alter column leg_id drop not null;
alter table provider_mail add constraint of_a_leg_or_of_none check ((case_id is null) = (leg_id is null));
comment on column provider_mail.case_id is 'plain: of which case; null where it is of none';
comment on column provider_mail.leg_id is 'plain: of which leg; null where it is of none';
comment on column provider_mail.template is
    'plain: what it says: provider_link, provider_nudge, provider_late, provider_alert, provider_contract or provider_capacity';
drop policy hub on provider_mail;
create policy hub on provider_mail to {database}_hub
    using (case_id is null or exists (select 1 from case_file c where c.case_id = provider_mail.case_id));
