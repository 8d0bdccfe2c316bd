-- The person gets the acknowledgement of, and the answer to, their complaint by the same kind of link as their rights:
-- sent by the one that holds contact details, only where safe, opened once, and switched off when a channel is not.

alter table own_rights_link
    add column shows text not null default 'rights' check (shows in ('rights', 'acknowledgement', 'answer')),
    add column complaint_id uuid,
    add constraint own_rights_link_of_what check ((shows = 'rights') = (complaint_id is null));
create index own_rights_link_of_complaint on own_rights_link (complaint_id) where complaint_id is not null;
comment on column own_rights_link.shows is 'plain: what is behind the link: rights, or the acknowledgement of or answer to a complaint';
comment on column own_rights_link.complaint_id is 'plain: which complaint; null for rights';

-- The neutral pages read of a complaint what the person is told of it, never what was said or how to reach anybody.
grant select (complaint_id, reference, state, received_at, acknowledged_at, answer_by, answered_at, answer) on complaint
    to {database}_portal;
create policy portal_reads on complaint for select to {database}_portal
    using (complaint_id in (select l.complaint_id from own_rights_link l where l.complaint_id is not null));
