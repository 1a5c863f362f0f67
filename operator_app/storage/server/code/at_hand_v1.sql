CREATE OR REPLACE FUNCTION at_hand_v1(
    window_id uuid, seat_name text, role_name text, incident uuid, field_name text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    others jsonb;
BEGIN
    UPDATE presence SET incident_id = incident, field = left(field_name, (bounds()->>'name_chars')::integer), changed_at = now_at
    WHERE "window" = window_id AND coalesce(login = session_user, true) AND (incident_id IS DISTINCT FROM incident OR field <> field_name);
    SELECT jsonb_agg(jsonb_build_array(seat, role, incident_id, field) ORDER BY role, seat) INTO others
    FROM presence
    WHERE "window" <> window_id AND incident_id IS NOT NULL AND NOT has_left AND last_seen > now_at - interval '5 seconds';
    RETURN coalesce(others, '[]');
END $$;
