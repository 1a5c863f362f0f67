-- What a writer had seen of a clock that runs ahead is overtaken whole, not only the event named as base.

CREATE OR REPLACE FUNCTION settle_field(held jsonb, e event) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    fresh jsonb := coalesce(e.body->'value', 'null');
    chosen jsonb := CASE jsonb_typeof(e.body->'settles') WHEN 'array' THEN e.body->'settles' ELSE '[]' END;
    overtaken jsonb := '{}';
    clashes jsonb := '[]';
BEGIN
    IF e.base IS NOT NULL THEN
        -- Whoever saw an event has seen what its writer saw, and what that journal held before it.
        WITH RECURSIVE seen AS (
            SELECT b.id, b.base, b.journal_id, b.journal_seq FROM event b
            WHERE b.id = e.base AND b.incident_id = e.incident_id AND (b.hlc, b.id) > (e.hlc, e.id)
            UNION
            SELECT b.id, b.base, b.journal_id, b.journal_seq FROM seen s JOIN event b
                ON b.id = s.base OR (b.journal_id = s.journal_id AND b.journal_seq < s.journal_seq)
            WHERE b.incident_id = e.incident_id AND (b.hlc, b.id) > (e.hlc, e.id))
        SELECT coalesce(jsonb_object_agg(id, 1), '{}') INTO overtaken FROM seen;
    END IF;
    IF held IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(held->'clashes') WITH ORDINALITY AS each (c, n) WHERE NOT chosen ? (c->>'event');
        IF coalesce(held->'overtaken', '{}') ? e.id::text THEN
            RETURN held || jsonb_build_object('clashes', clashes);
        END IF;
        overtaken := overtaken || coalesce(held->'overtaken', '{}');
        IF e.base IS DISTINCT FROM (held->>'event')::uuid AND held->>'seat' <> e.seat
            AND NOT chosen ? (held->>'event') THEN
            SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
            FROM jsonb_array_elements(clashes) WITH ORDINALITY AS each (c, n)
            WHERE c->>'seat' NOT IN (e.seat, held->>'seat');
            clashes := clashes
                || jsonb_build_object('value', held->'value', 'event', held->'event', 'seat', held->'seat');
        END IF;
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(clashes) WITH ORDINALITY AS each (c, n) WHERE c->'value' <> fresh;
    END IF;
    RETURN jsonb_build_object('value', fresh, 'event', e.id, 'hlc', e.hlc, 'seat', e.seat, 'at', e.occurred_at,
        'clashes', clashes, 'overtaken', overtaken);
END $$;
