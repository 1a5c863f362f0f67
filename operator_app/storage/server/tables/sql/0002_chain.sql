-- Each journal's events as a chain: who changes, adds or takes away one breaks every link after it. A head that was
-- written down elsewhere (server verify --anchors) shows also what was cut off at the end.

CREATE FUNCTION event_digest(before bytea, e event) RETURNS bytea
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT sha256(coalesce(before, ''::bytea) || convert_to(jsonb_build_array(
        e.id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op, e.v, e.body, e.base, e.hlc, e.incident_id, e.call_id,
        extract(epoch FROM e.occurred_at), extract(epoch FROM e.received_at), e.login, e.link)::text, 'UTF8'))
$$;

CREATE FUNCTION verify_chain()
RETURNS TABLE (journal_id uuid, seat text, links bigint, unchained bigint, broken_at bigint, hash bytea)
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    WITH told AS (
        SELECT e.journal_id, e.link, e.hash,
            e.link = coalesce(lag(e.link) OVER chain, 0) + 1 AND e.hash = event_digest(lag(e.hash) OVER chain, e) AS whole
        FROM event e WHERE e.link IS NOT NULL
        WINDOW chain AS (PARTITION BY e.journal_id ORDER BY e.link)),
    counted AS (
        SELECT t.journal_id, count(*) AS links, min(t.link) FILTER (WHERE t.whole IS NOT TRUE) AS broken_at
        FROM told t GROUP BY t.journal_id)
    SELECT h.journal_id, h.seat, h.links,
        (SELECT count(*) FROM event e WHERE e.journal_id = h.journal_id AND e.link IS NULL),
        CASE
            WHEN c.broken_at IS NOT NULL THEN c.broken_at
            WHEN coalesce(c.links, 0) <> h.links THEN least(coalesce(c.links, 0), h.links) + 1
            WHEN h.links > 0 AND h.hash IS DISTINCT FROM (
                SELECT t.hash FROM told t WHERE t.journal_id = h.journal_id AND t.link = h.links) THEN h.links
        END,
        h.hash
    FROM journal_head h LEFT JOIN counted c USING (journal_id)
    ORDER BY h.seat, h.journal_id
$$;
COMMENT ON FUNCTION verify_chain IS
    'Computes every chain anew: broken_at is the first link that is not what it was, unchained counts events of before there was a chain.';

-- Nobody waits for another who is just writing the same.
CREATE FUNCTION note_timeline() RETURNS void
LANGUAGE sql AS $$
    UPDATE server_generation SET timeline = substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
    WHERE one = (
        SELECT one FROM server_generation
        WHERE timeline IS DISTINCT FROM substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
        FOR UPDATE SKIP LOCKED)
$$;
