-- Bail, release and orders reach who has no page open: each alert is told once, to its providers and to the hub.

-- What was there before has been seen on pages: it counts as told.
alter table alert add column told_at timestamptz default now();
alter table alert alter column told_at drop default;
create index alert_untold on alert (received_at) where told_at is null;
comment on column alert.told_at is 'plain: when providers were written to and the hub had its notice; null while that waits';
comment on column notice.kind is 'plain: override_waiting, silent_provider, urgent_case, risk_to_review or that a clock runs out';
comment on column provider_mail.template is 'plain: what it says: provider_link, provider_nudge or provider_alert';
