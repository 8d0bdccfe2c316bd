-- What hangs on a leg is seen by who sees the leg, and that is asked of every row: of an index alone, for the rows of a leg are
-- wide and lie apart.
create index leg_seen on leg (leg_id) include (case_id, provider_id, state, restricted, assigned_to, lapsed_at);
