-- Whoever writes about an incident stamps higher than all that he has seen of it, whatever clocks ran ahead there. So the
-- fold needs no exceptions for such clocks any more.

CREATE OR REPLACE FUNCTION settle_field(held jsonb, e event) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    fresh jsonb := coalesce(e.body->'value', 'null');
    -- What a choice decided about, and what stood in the field before the writer's eyes and was written over.
    chosen jsonb := CASE jsonb_typeof(e.body->'settles') WHEN 'array' THEN e.body->'settles' ELSE '[]' END
        || jsonb_build_array(e.base);
    clashes jsonb := '[]';
BEGIN
    IF held IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(held->'clashes') WITH ORDINALITY AS each (c, n) WHERE NOT chosen ? (c->>'event');
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
        'clashes', clashes);
END $$;

SELECT fold_incident(id) FROM incident, jsonb_each(field_meta) f
WHERE f.value->'overtaken' <> '{}'
GROUP BY id;
