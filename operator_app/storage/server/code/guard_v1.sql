-- Ends transactions of this room's logins that have lasted over a minute: they hold back the whole server, and a login
-- can set its own timeouts to none. Only where the owner may end sessions; windows call it now and then with their beat.
CREATE OR REPLACE FUNCTION guard_v1() RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp AS $$
DECLARE
    ended integer;
BEGIN
    IF NOT (pg_has_role(current_user, 'pg_signal_backend', 'USAGE') AND pg_has_role(current_user, 'pg_read_all_stats', 'USAGE'))
        OR pg_is_in_recovery() THEN
        RETURN 0;
    END IF;
    WITH endless AS MATERIALIZED (
        SELECT a.pid, a.usename, a.application_name, a.xact_start FROM pg_stat_activity a
        WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
            AND a.xact_start < clock_timestamp() - interval '1 minute'
            AND EXISTS (SELECT FROM login l WHERE l.name = a.usename)),
    told AS (
        INSERT INTO alarm (kind, detail)
        SELECT 'endless transaction', jsonb_build_object('login', usename, 'program', left(application_name, 100),
            'since', xact_start, 'ended', pg_terminate_backend(pid))
        FROM endless RETURNING 1)
    SELECT count(*) INTO ended FROM told;
    RETURN ended;
END $$;
COMMENT ON FUNCTION guard_v1 IS 'Ends transactions of windows that have lasted over a minute; returns how many.';
