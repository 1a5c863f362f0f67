CREATE OR REPLACE FUNCTION watch_v1() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    SELECT server_mark_v2() || jsonb_build_object(
        'now', extract(epoch FROM clock_timestamp()),
        'behind_s', CASE WHEN pg_is_in_recovery()
            THEN extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp()) ELSE 0 END,
        'presence', (
            SELECT jsonb_agg(jsonb_build_array(seat, role, greatest(0, extract(epoch FROM clock_timestamp() - last_seen)))
                ORDER BY role, seat)
            FROM presence WHERE last_seen > clock_timestamp() - interval '1 day' AND NOT has_left))
$$;
