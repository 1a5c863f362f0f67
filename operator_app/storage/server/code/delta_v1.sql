-- The delta of one window, planned once for each connection: every window asks for it at every commit of the room.
CREATE OR REPLACE FUNCTION delta_v1(old pg_snapshot, most integer)
RETURNS TABLE (target text, id text, journal_id text, seq bigint, seat text, actor text, occurred_at timestamptz, hlc bigint,
    base text, op text, v integer, incident_id text, body jsonb, call_id text, xid text, log_seq bigint)
LANGUAGE plpgsql SET search_path = op112, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- At a standby: everything older than the oldest transaction that was open, written as a snapshot without holes.
    RETURN QUERY
    WITH s AS MATERIALIZED (
        SELECT CASE WHEN pg_is_in_recovery() THEN (pg_snapshot_xmin(n) || ':' || pg_snapshot_xmin(n) || ':')::pg_snapshot
            ELSE n END AS n
        FROM pg_current_snapshot() n)
    SELECT s.n::text, d.* FROM s LEFT JOIN LATERAL (
        SELECT e.id::text, e.journal_id::text, e.journal_seq, e.seat, e.actor, e.occurred_at, e.hlc, e.base::text, e.op, e.v,
            e.incident_id::text, e.body, e.call_id, e.xid::text, e.seq
        FROM room_event e
        WHERE e.xid >= pg_snapshot_xmin(old) AND NOT pg_visible_in_snapshot(e.xid, old)
            AND pg_visible_in_snapshot(e.xid, s.n)
        ORDER BY e.xid, e.seq LIMIT most) d ON true;
END $$;
COMMENT ON FUNCTION delta_v1 IS 'What was committed since the snapshot `old`, as far as whoever asks may read it, and the snapshot to ask from next.';
