-- What came of words may be several things at once: danger and a complaint. `read_outcome` stays for what was read before.

alter table response add column read_outcomes text[];
alter table response add constraint response_read_outcomes_check
    check (read_outcomes <@ array['no_action', 'passed_on', 'safeguarding', 'complaint']);
comment on column response.read_outcomes is 'plain: all that came of the words: no_action, passed_on, safeguarding, complaint; null where read_outcome says it';
grant update (read_outcomes) on response to {database}_hub;
