CREATE OR REPLACE FUNCTION fold_seat(wanted text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO seat (name, state, since, hlc, event_id)
    SELECT seat, body->>'state', occurred_at, hlc, id FROM event
    WHERE event.seat = wanted AND op = 'seat.state' AND v <= 1 ORDER BY hlc DESC, id DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE
    SET state = excluded.state, since = excluded.since, hlc = excluded.hlc, event_id = excluded.event_id
$$;
