CREATE OR REPLACE FUNCTION leave_v1(window_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
    UPDATE presence SET has_left = true, incident_id = NULL, field = '', changed_at = clock_timestamp()
    WHERE "window" = window_id AND coalesce(login = session_user, true)
$$;
