-- `since`: the `now` of the last answer, NULL for everything. `snapshot`: the cursor up to which this window has read.
-- Told are who changed since then (and a little before: who commits late bears an earlier time), and who is silent.
-- Whoever is not told of is as before and was heard of within two seconds.
CREATE OR REPLACE FUNCTION beat_v1(window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer,
    incident uuid, field_name text, since double precision, snapshot text,
    OUT "now" double precision, OUT generation uuid, OUT min_proto integer, OUT proto integer,
    OUT changed jsonb, OUT silent jsonb, OUT has_news boolean)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off
SET plan_cache_mode = force_generic_plan AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    asked_from timestamptz := to_timestamp(since) - interval '1 second';
    heard_from timestamptz := now_at - interval '2 seconds';
    read_to pg_snapshot := snapshot;
BEGIN
    PERFORM keep_presence(window_id, seat_name, role_name, app_version, events_waiting, now_at, true, incident, field_name);
    "now" := extract(epoch FROM now_at);
    SELECT g.id, c.min_proto, c.proto INTO generation, min_proto, proto FROM compat c, server_generation g;
    SELECT jsonb_agg(jsonb_build_array(p.seat, p.role, p.has_left, coalesce(p.incident_id::text, ''), p.field))
        FILTER (WHERE p.changed_at > coalesce(asked_from, '-infinity')),
        jsonb_agg(jsonb_build_array(p.seat, p.role, greatest(0, extract(epoch FROM now_at - p.last_seen)),
            coalesce(p.incident_id::text, ''), p.field)) FILTER (WHERE p.last_seen <= heard_from AND NOT p.has_left)
    INTO changed, silent FROM presence p
    WHERE (p.changed_at > coalesce(asked_from, '-infinity') OR p.last_seen <= heard_from)
        AND p.last_seen > now_at - interval '1 day' AND (since IS NOT NULL OR NOT p.has_left);
    has_news := read_to IS NULL OR EXISTS (SELECT FROM event e
        WHERE e.xid >= pg_snapshot_xmin(read_to) AND NOT pg_visible_in_snapshot(e.xid, read_to));
    IF since IS NULL THEN
        PERFORM note_timeline(), guard_v1();
        DELETE FROM presence p WHERE p.last_seen < now_at - interval '30 days';
    END IF;
END $$;
COMMENT ON FUNCTION beat_v1 IS 'A sign of life that is answered with what changed in the room, and whether the log has news.';
