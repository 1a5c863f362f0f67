-- Each fact that lasts for ever, or the newest of its op about its thing. Two writers of one thing meet at its row.
CREATE OR REPLACE FUNCTION fold_lasting(fresh uuid[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO lasting (op, thing, slot, event_id, hlc)
    SELECT DISTINCT ON (op, thing, slot) op, thing, slot, event_id, hlc FROM outlasting WHERE event_id = ANY (fresh)
    ORDER BY op, thing, slot, hlc DESC, event_id DESC
    ON CONFLICT (op, thing, slot) DO UPDATE SET event_id = excluded.event_id, hlc = excluded.hlc
    WHERE (excluded.hlc, excluded.event_id) > (lasting.hlc, lasting.event_id)
$$;
