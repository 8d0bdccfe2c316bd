-- Made from databases.yaml by `make generated`; may be run again.
\set ON_ERROR_STOP on
do $$ begin if not exists (select from pg_roles where rolname = 'referral_owner') then create role referral_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'referral_migrate') then create role referral_migrate login; end if; end $$;
alter role referral_migrate set lock_timeout = '5s';
alter role referral_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'referral_worker') then create role referral_worker login; end if; end $$;
alter role referral_worker set plan_cache_mode = 'force_custom_plan';
alter role referral_worker set statement_timeout = '60s';
alter role referral_worker set lock_timeout = '10s';
alter role referral_worker set idle_in_transaction_session_timeout = '60s';
alter role referral_worker set deadlock_timeout = '200ms';
do $$ begin if not exists (select from pg_roles where rolname = 'referral_hub') then create role referral_hub login; end if; end $$;
alter role referral_hub set statement_timeout = '15s';
alter role referral_hub set lock_timeout = '5s';
alter role referral_hub set idle_in_transaction_session_timeout = '30s';
do $$ begin if not exists (select from pg_roles where rolname = 'referral_portal') then create role referral_portal login; end if; end $$;
alter role referral_portal set statement_timeout = '15s';
alter role referral_portal set lock_timeout = '5s';
alter role referral_portal set idle_in_transaction_session_timeout = '30s';
grant referral_owner to referral_migrate;
do $$ begin if not exists (select from pg_roles where rolname = 'code_compliance_owner') then create role code_compliance_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'code_compliance_migrate') then create role code_compliance_migrate login; end if; end $$;
alter role code_compliance_migrate set lock_timeout = '5s';
alter role code_compliance_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'code_compliance_worker') then create role code_compliance_worker login; end if; end $$;
alter role code_compliance_worker set plan_cache_mode = 'force_custom_plan';
alter role code_compliance_worker set statement_timeout = '60s';
alter role code_compliance_worker set lock_timeout = '10s';
alter role code_compliance_worker set idle_in_transaction_session_timeout = '60s';
alter role code_compliance_worker set deadlock_timeout = '200ms';
do $$ begin if not exists (select from pg_roles where rolname = 'code_compliance_hub') then create role code_compliance_hub login; end if; end $$;
alter role code_compliance_hub set statement_timeout = '15s';
alter role code_compliance_hub set lock_timeout = '5s';
alter role code_compliance_hub set idle_in_transaction_session_timeout = '30s';
do $$ begin if not exists (select from pg_roles where rolname = 'code_compliance_portal') then create role code_compliance_portal login; end if; end $$;
alter role code_compliance_portal set statement_timeout = '15s';
alter role code_compliance_portal set lock_timeout = '5s';
alter role code_compliance_portal set idle_in_transaction_session_timeout = '30s';
grant code_compliance_owner to code_compliance_migrate;
do $$ begin if not exists (select from pg_roles where rolname = 'feedback_owner') then create role feedback_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'feedback_migrate') then create role feedback_migrate login; end if; end $$;
alter role feedback_migrate set lock_timeout = '5s';
alter role feedback_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'feedback_worker') then create role feedback_worker login; end if; end $$;
alter role feedback_worker set plan_cache_mode = 'force_custom_plan';
alter role feedback_worker set statement_timeout = '60s';
alter role feedback_worker set lock_timeout = '10s';
alter role feedback_worker set idle_in_transaction_session_timeout = '60s';
alter role feedback_worker set deadlock_timeout = '200ms';
do $$ begin if not exists (select from pg_roles where rolname = 'feedback_hub') then create role feedback_hub login; end if; end $$;
alter role feedback_hub set statement_timeout = '15s';
alter role feedback_hub set lock_timeout = '5s';
alter role feedback_hub set idle_in_transaction_session_timeout = '30s';
do $$ begin if not exists (select from pg_roles where rolname = 'feedback_portal') then create role feedback_portal login; end if; end $$;
alter role feedback_portal set statement_timeout = '15s';
alter role feedback_portal set lock_timeout = '5s';
alter role feedback_portal set idle_in_transaction_session_timeout = '30s';
grant feedback_owner to feedback_migrate;
do $$ begin if not exists (select from pg_roles where rolname = 'returns_owner') then create role returns_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'returns_migrate') then create role returns_migrate login; end if; end $$;
alter role returns_migrate set lock_timeout = '5s';
alter role returns_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'returns_worker') then create role returns_worker login; end if; end $$;
alter role returns_worker set plan_cache_mode = 'force_custom_plan';
alter role returns_worker set statement_timeout = '60s';
alter role returns_worker set lock_timeout = '10s';
alter role returns_worker set idle_in_transaction_session_timeout = '60s';
alter role returns_worker set deadlock_timeout = '200ms';
do $$ begin if not exists (select from pg_roles where rolname = 'returns_hub') then create role returns_hub login; end if; end $$;
alter role returns_hub set statement_timeout = '15s';
alter role returns_hub set lock_timeout = '5s';
alter role returns_hub set idle_in_transaction_session_timeout = '30s';
do $$ begin if not exists (select from pg_roles where rolname = 'returns_portal') then create role returns_portal login; end if; end $$;
alter role returns_portal set statement_timeout = '15s';
alter role returns_portal set lock_timeout = '5s';
alter role returns_portal set idle_in_transaction_session_timeout = '30s';
grant returns_owner to returns_migrate;
do $$ begin if not exists (select from pg_roles where rolname = 'access_owner') then create role access_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'access_migrate') then create role access_migrate login; end if; end $$;
alter role access_migrate set lock_timeout = '5s';
alter role access_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'access_web') then create role access_web login; end if; end $$;
alter role access_web set statement_timeout = '5s';
alter role access_web set lock_timeout = '2s';
alter role access_web set idle_in_transaction_session_timeout = '15s';
grant access_owner to access_migrate;
do $$ begin if not exists (select from pg_roles where rolname = 'keys_owner') then create role keys_owner nologin; end if; end $$;
do $$ begin if not exists (select from pg_roles where rolname = 'keys_migrate') then create role keys_migrate login; end if; end $$;
alter role keys_migrate set lock_timeout = '5s';
alter role keys_migrate set idle_in_transaction_session_timeout = '60s';
do $$ begin if not exists (select from pg_roles where rolname = 'keys_worker') then create role keys_worker login; end if; end $$;
alter role keys_worker set plan_cache_mode = 'force_custom_plan';
alter role keys_worker set statement_timeout = '60s';
alter role keys_worker set lock_timeout = '10s';
alter role keys_worker set idle_in_transaction_session_timeout = '60s';
alter role keys_worker set deadlock_timeout = '200ms';
grant keys_owner to keys_migrate;
revoke all on database postgres from public;
revoke all on database template1 from public;
select 'create database referral owner referral_owner' where not exists (select from pg_database where datname = 'referral') \gexec
revoke all on database referral from public;
grant connect on database referral to referral_migrate, referral_worker, referral_hub, referral_portal;
select 'create database code_compliance owner code_compliance_owner' where not exists (select from pg_database where datname = 'code_compliance') \gexec
revoke all on database code_compliance from public;
grant connect on database code_compliance to code_compliance_migrate, code_compliance_worker, code_compliance_hub, code_compliance_portal;
select 'create database feedback owner feedback_owner' where not exists (select from pg_database where datname = 'feedback') \gexec
revoke all on database feedback from public;
grant connect on database feedback to feedback_migrate, feedback_worker, feedback_hub, feedback_portal;
select 'create database returns owner returns_owner' where not exists (select from pg_database where datname = 'returns') \gexec
revoke all on database returns from public;
grant connect on database returns to returns_migrate, returns_worker, returns_hub, returns_portal;
select 'create database access owner access_owner' where not exists (select from pg_database where datname = 'access') \gexec
revoke all on database access from public;
grant connect on database access to access_migrate, access_web;
select 'create database keys owner keys_owner' where not exists (select from pg_database where datname = 'keys') \gexec
revoke all on database keys from public;
grant connect on database keys to keys_migrate, keys_worker;
\connect referral
alter schema public owner to referral_owner;
revoke create on schema public from public;
\connect code_compliance
alter schema public owner to code_compliance_owner;
revoke create on schema public from public;
\connect feedback
alter schema public owner to feedback_owner;
revoke create on schema public from public;
\connect returns
alter schema public owner to returns_owner;
revoke create on schema public from public;
\connect access
alter schema public owner to access_owner;
revoke create on schema public from public;
\connect keys
alter schema public owner to keys_owner;
revoke create on schema public from public;
