-- What a kind of fact tells to whom stands in fact_kind. One that is not known there is told to who may not know of
-- reporters as a fact that nobody can read: a masked row is better than a missing one.
CREATE OR REPLACE VIEW room_event AS
SELECT e.id, e.seq, e.xid, e.incident_id, e.call_id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op,
    CASE WHEN r.whole OR k.op IS NOT NULL THEN e.v ELSE greatest(e.v, 1000) END AS v,
    CASE WHEN r.whole OR k.told_to = 'all' THEN e.body
        WHEN k.op IS NOT NULL THEN masked_body(k.personal, e.body, m.key, r.wall)
        ELSE '{}' END AS body,
    e.base, e.hlc, e.occurred_at, e.received_at
FROM counted e LEFT JOIN fact_kind k ON k.op = e.op AND e.v <= k.v AND k.told_to IN ('all', 'masked'), mask_key m, (
    SELECT pg_has_role(session_user, 'op112_reporter', 'MEMBER') AS whole,
        pg_has_role(session_user, 'op112_wall', 'MEMBER') AS wall) r;
COMMENT ON VIEW room_event IS 'The log as far as whoever asks may read it; every window reads this.';
