-- What the person says at first contact would help, and of themselves: it routes, and what providers know is in the pack.

alter table hub_assessment add column said_needs text[] not null default '{}';
alter table hub_assessment add column said_of_themselves text[] not null default '{}';
comment on column hub_assessment.said_needs is 'plain: what the person says would help, coded';
comment on column hub_assessment.said_of_themselves is 'plain: what the person says of themselves, so that help fits, coded';

-- A provider with the person is told to whom nothing may be said: what they are to the person, and never the name.
create index case_entry_must_not_know on case_entry (person_id) where kind = 'must_not_know' and closed_at is null;
create policy portal on case_entry for select to {database}_portal
    using (kind = 'must_not_know' and exists (select 1 from leg l where l.person_id = case_entry.person_id
                                                 and l.state in ('sent', 'accepted', 'waitlisted')));
grant select (case_id, person_id, kind, code, closed_at) on case_entry to {database}_portal;
