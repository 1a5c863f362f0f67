CREATE OR REPLACE FUNCTION server_mark_v1() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    SELECT jsonb_build_object(
        'system', (SELECT system_identifier FROM pg_control_system()) || '/'
            || (SELECT oid FROM pg_database WHERE datname = current_database()),
        'timeline', CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
        'generation', (SELECT id FROM server_generation),
        'min_proto', min_proto, 'proto', proto) FROM compat
$$;

CREATE OR REPLACE FUNCTION server_mark_v2() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    SELECT jsonb_build_object(
        'system', (SELECT system_identifier FROM pg_control_system()) || '/'
            || (SELECT oid FROM pg_database WHERE datname = current_database()),
        'standby', pg_is_in_recovery(),
        'timeline', CASE WHEN pg_is_in_recovery() THEN coalesce(g.timeline, '00000001')
            ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
        'generation', g.id, 'min_proto', c.min_proto, 'proto', c.proto)
    FROM compat c, server_generation g
$$;
COMMENT ON FUNCTION server_mark_v2 IS 'Which server this is. On a standby the timeline is that of the primary which last wrote.';
