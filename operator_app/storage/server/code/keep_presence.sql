-- One sign of life; with_hand: incident and field are its word, else what it told before stands.
CREATE OR REPLACE FUNCTION keep_presence(window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer,
    now_at timestamptz, with_hand boolean, incident uuid DEFAULT NULL, field_name text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    UPDATE presence p
    SET "window" = window_id, version = app_version, waiting = events_waiting, last_seen = now_at, has_left = false,
        incident_id = CASE WHEN with_hand THEN incident WHEN p."window" = window_id THEN p.incident_id END,
        field = CASE WHEN with_hand THEN field_name WHEN p."window" = window_id THEN p.field ELSE '' END,
        changed_at = CASE
            WHEN NOT p.has_left AND p."window" = window_id AND p.last_seen > now_at - interval '2 seconds'
                AND (NOT with_hand OR (p.incident_id IS NOT DISTINCT FROM incident AND p.field = field_name))
            THEN p.changed_at ELSE now_at END
    WHERE p.seat = seat_name AND p.role = role_name;
    IF NOT FOUND THEN
        INSERT INTO presence (seat, role, "window", version, waiting, last_seen, incident_id, field, changed_at)
        VALUES (seat_name, role_name, window_id, app_version, events_waiting, now_at, incident, field_name, now_at)
        ON CONFLICT (seat, role) DO NOTHING; -- two windows of one seat at once: the next beat tells
    END IF;
END $$;
