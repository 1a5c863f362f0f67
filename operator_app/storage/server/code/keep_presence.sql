-- A login tells of windows in its own role alone: of the seat that it was made for, or (made before that was asked)
-- of at most four that no other login tells of. One of another role is answered and not noted: it may only look on.
CREATE OR REPLACE FUNCTION may_beat(seat_name text, role_name text) RETURNS boolean
LANGUAGE plpgsql STABLE AS $$
DECLARE
    wanted text := (SELECT seat FROM login WHERE name = session_user);
    lately timestamptz := clock_timestamp() - interval '1 minute';
BEGIN
    IF role_name IN ('seat', 'desk', 'wall') AND length(seat_name) BETWEEN 1 AND (bounds()->>'name_chars')::integer
        AND coalesce(wanted = seat_name, true) THEN
        IF NOT pg_has_role(session_user, 'op112_' || role_name, 'MEMBER') THEN
            RETURN false;
        ELSIF NOT EXISTS (SELECT FROM presence p WHERE p.seat = seat_name AND p.role = role_name
                AND p.login <> session_user AND NOT p.has_left AND p.last_seen > lately)
            AND (SELECT count(*) < 4 FROM presence p WHERE p.login = session_user
                AND (p.seat, p.role) <> (seat_name, role_name) AND NOT p.has_left AND p.last_seen > lately) THEN
            RETURN true;
        END IF;
    END IF;
    RAISE EXCEPTION 'the login % may not tell of the % %', session_user, left(role_name, 100),
        left(seat_name, 100) || coalesce('; it is for ' || wanted, '') USING ERRCODE = 'OP001';
END $$;

-- One sign of life; with_hand: incident and field are its word, else what it told before stands.
CREATE OR REPLACE FUNCTION keep_presence(window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer,
    now_at timestamptz, with_hand boolean, incident uuid DEFAULT NULL, field_name text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF NOT may_beat(seat_name, role_name) THEN
        RETURN;
    END IF;
    app_version := left(app_version, (bounds()->>'name_chars')::integer);
    field_name := left(field_name, (bounds()->>'name_chars')::integer);
    UPDATE presence p
    SET "window" = window_id, version = app_version, waiting = events_waiting, last_seen = now_at, has_left = false,
        login = session_user,
        incident_id = CASE WHEN with_hand THEN incident WHEN p."window" = window_id THEN p.incident_id END,
        field = CASE WHEN with_hand THEN field_name WHEN p."window" = window_id THEN p.field ELSE '' END,
        changed_at = CASE
            WHEN NOT p.has_left AND p."window" = window_id AND p.last_seen > now_at - interval '2 seconds'
                AND (NOT with_hand OR (p.incident_id IS NOT DISTINCT FROM incident AND p.field = field_name))
            THEN p.changed_at ELSE now_at END
    WHERE p.seat = seat_name AND p.role = role_name;
    IF NOT FOUND THEN
        INSERT INTO presence (seat, role, "window", version, waiting, last_seen, incident_id, field, changed_at, login)
        VALUES (seat_name, role_name, window_id, app_version, events_waiting, now_at, incident, field_name, now_at,
            session_user)
        ON CONFLICT (seat, role) DO NOTHING; -- two windows of one seat at once: the next beat tells
    END IF;
END $$;
