-- A provider writes to the outbox, the numbering and the audit, and reads none of them: they speak of everybody.

alter function kit.announce(uuid[], text[], uuid[], timestamptz[], text[], text[], text[], text[])
    security definer set search_path = kit, pg_catalog, pg_temp;
revoke all on kit.outbox, kit.sequence from {database}_portal;
revoke select on kit.audit from {database}_portal;
