-- For an owner: takes an event from all readers, or gives it back; tables made from the log follow at once, and windows
-- load anew, as the generation is another one. The log and its chain stay as they are.
CREATE OR REPLACE FUNCTION set_event_aside(wanted uuid, why text, back boolean) RETURNS boolean
LANGUAGE plpgsql SET search_path = op112, pg_temp AS $$
DECLARE
    e event;
BEGIN
    SELECT * INTO e FROM event WHERE id = wanted;
    IF NOT FOUND THEN
        RETURN false;
    END IF;
    PERFORM take_turns(ARRAY['i' || e.incident_id, 'c' || e.call_id, 's' || e.seat]);
    IF back THEN
        UPDATE set_aside SET back_at = clock_timestamp(), back_login = session_user, back_reason = why
        WHERE event_id = wanted AND back_at IS NULL;
    ELSE
        INSERT INTO set_aside (event_id, reason) VALUES (wanted, why)
        ON CONFLICT (event_id) WHERE back_at IS NULL DO NOTHING;
        DELETE FROM lasting WHERE event_id = wanted;
    END IF;
    IF e.incident_id IS NOT NULL THEN
        PERFORM fold_incident(e.incident_id);
    END IF;
    IF e.call_id IS NOT NULL THEN
        PERFORM fold_call(e.call_id);
    END IF;
    IF e.op = 'seat.state' THEN
        PERFORM fold_seat(e.seat);
    END IF;
    PERFORM fold_lasting(ARRAY(SELECT event_id FROM outlasting WHERE op = e.op));
    INSERT INTO alarm (kind, journal_id, seat, event_id, detail)
    VALUES (CASE WHEN back THEN 'given back' ELSE 'set aside' END, e.journal_id, e.seat, wanted,
        jsonb_build_object('reason', why, 'login', session_user));
    UPDATE server_generation SET id = gen_random_uuid(), since = clock_timestamp();
    RETURN true;
END $$;
COMMENT ON FUNCTION set_event_aside IS 'Takes an event from all readers, or gives it back; for the owner, by `operator-app server set-aside`.';
