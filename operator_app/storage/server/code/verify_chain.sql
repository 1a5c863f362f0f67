CREATE OR REPLACE FUNCTION verify_chain()
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
