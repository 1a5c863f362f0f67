CREATE OR REPLACE VIEW room_event AS
SELECT e.id, e.seq, e.xid, e.incident_id, e.call_id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op,
    CASE WHEN r.whole OR is_maskable(e.op, e.v) THEN e.v ELSE greatest(e.v, 1000) END AS v,
    CASE WHEN r.whole THEN e.body
        WHEN is_maskable(e.op, e.v) THEN masked_body(e.op, e.body, k.key, r.wall)
        ELSE '{}' END AS body,
    e.base, e.hlc, e.occurred_at, e.received_at
FROM event e, mask_key k, (
    SELECT pg_has_role(session_user, 'op112_reporter', 'MEMBER') AS whole,
        pg_has_role(session_user, 'op112_wall', 'MEMBER') AS wall) r;
COMMENT ON VIEW room_event IS 'The log as far as whoever asks may read it; every window reads this.';
