CREATE OR REPLACE FUNCTION rebuild_projections() RETURNS void
LANGUAGE plpgsql SET search_path = op112, pg_temp AS $$
BEGIN
    LOCK TABLE event, incident, call, seat, person IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE incident, reporter, incident_call, dispatch, call, seat, rejected, person, lasting;
    PERFORM fold_incident(id) FROM (SELECT DISTINCT incident_id id FROM event WHERE incident_id IS NOT NULL) i;
    PERFORM fold_call(id) FROM (SELECT DISTINCT call_id id FROM event WHERE call_id IS NOT NULL) c;
    PERFORM fold_seat(name) FROM (SELECT DISTINCT seat name FROM event WHERE op = 'seat.state') s;
    INSERT INTO person (name, seat, first_at, last_at)
    SELECT actor, event.seat, min(occurred_at), max(occurred_at) FROM event WHERE actor <> ''
    GROUP BY actor, event.seat;
    PERFORM fold_lasting(ARRAY(SELECT event_id FROM outlasting));
END $$;
COMMENT ON FUNCTION rebuild_projections IS 'Makes every readable table anew from the log; for the owner, while nobody writes.';
