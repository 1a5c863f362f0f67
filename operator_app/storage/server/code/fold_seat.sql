CREATE OR REPLACE FUNCTION fold_seat(wanted text) RETURNS void
LANGUAGE sql AS $$
    DELETE FROM seat WHERE name = wanted AND NOT EXISTS (
        SELECT FROM counted c WHERE c.seat = wanted AND c.op = 'seat.state' AND c.v <= 1);
    INSERT INTO seat (name, state, since, hlc, event_id)
    SELECT c.seat, c.body->>'state', c.occurred_at, c.hlc, c.id FROM counted c
    WHERE c.seat = wanted AND c.op = 'seat.state' AND c.v <= 1 ORDER BY c.hlc DESC, c.id DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE
    SET state = excluded.state, since = excluded.since, hlc = excluded.hlc, event_id = excluded.event_id
$$;
