CREATE OR REPLACE FUNCTION heartbeat_v1(
    window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer, with_presence boolean)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    windows jsonb;
BEGIN
    PERFORM note_timeline();
    PERFORM keep_presence(window_id, seat_name, role_name, app_version, events_waiting, now_at, false);
    IF with_presence THEN
        SELECT jsonb_agg(jsonb_build_array(seat, role, greatest(0, extract(epoch FROM now_at - last_seen)))
            ORDER BY role, seat)
        INTO windows FROM presence WHERE last_seen > now_at - interval '1 day' AND NOT has_left;
    END IF;
    RETURN server_mark_v2()
        || jsonb_build_object('now', extract(epoch FROM now_at), 'presence', windows);
END $$;
