-- Nobody waits for another who is just writing the same.
CREATE OR REPLACE FUNCTION note_timeline() RETURNS void
LANGUAGE sql AS $$
    UPDATE server_generation SET timeline = substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
    WHERE one = (
        SELECT one FROM server_generation
        WHERE timeline IS DISTINCT FROM substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8)
        FOR UPDATE SKIP LOCKED)
$$;
