-- Beats that tell only what changed. Before, each window was told every window of the room each second: the square of
-- the room. Windows of before go on as they are: their doors keep their names and answers, over the same table.

ALTER TABLE presence
    ADD COLUMN incident_id uuid,
    ADD COLUMN field text NOT NULL DEFAULT '',
    ADD COLUMN has_left boolean NOT NULL DEFAULT false,
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN presence.incident_id IS 'Which incident it has in its form, if any.';
COMMENT ON COLUMN presence.field IS 'The field under the hand.';
COMMENT ON COLUMN presence.has_left IS 'It took its leave; the row stays, so that the others hear of it.';
COMMENT ON COLUMN presence.changed_at IS 'When there was last something to tell about it beside that it lives: came, came back, left, has another incident in hand.';
DROP TABLE at_hand;

-- One sign of life; with_hand: incident and field are its word, else what it told before stands.
CREATE FUNCTION keep_presence(window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer,
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

-- `since`: the `now` of the last answer, NULL for everything. `snapshot`: the cursor up to which this window has read.
-- Told are who changed since then (and a little before: who commits late bears an earlier time), and who is silent.
-- Whoever is not told of is as before and was heard of within two seconds.
CREATE FUNCTION beat_v1(window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer,
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
        PERFORM note_timeline();
    END IF;
END $$;
COMMENT ON FUNCTION beat_v1 IS 'A sign of life that is answered with what changed in the room, and whether the log has news.';

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

CREATE OR REPLACE FUNCTION at_hand_v1(
    window_id uuid, seat_name text, role_name text, incident uuid, field_name text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    others jsonb;
BEGIN
    UPDATE presence SET incident_id = incident, field = field_name, changed_at = now_at
    WHERE "window" = window_id AND (incident_id IS DISTINCT FROM incident OR field <> field_name);
    SELECT jsonb_agg(jsonb_build_array(seat, role, incident_id, field) ORDER BY role, seat) INTO others
    FROM presence
    WHERE "window" <> window_id AND incident_id IS NOT NULL AND NOT has_left AND last_seen > now_at - interval '5 seconds';
    RETURN coalesce(others, '[]');
END $$;

CREATE OR REPLACE FUNCTION leave_v1(window_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
    UPDATE presence SET has_left = true, incident_id = NULL, field = '', changed_at = clock_timestamp()
    WHERE "window" = window_id
$$;

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

-- The delta of one window, planned once for each connection: every window asks for it at every commit of the room.
CREATE FUNCTION delta_v1(old pg_snapshot, most integer)
RETURNS TABLE (target text, id text, journal_id text, seq bigint, seat text, actor text, occurred_at timestamptz, hlc bigint,
    base text, op text, v integer, incident_id text, body jsonb, call_id text, xid text, log_seq bigint)
LANGUAGE plpgsql SET search_path = op112, pg_temp SET plan_cache_mode = force_generic_plan AS $$
#variable_conflict use_column
BEGIN
    -- At a standby: everything older than the oldest transaction that was open, written as a snapshot without holes.
    RETURN QUERY
    WITH s AS MATERIALIZED (
        SELECT CASE WHEN pg_is_in_recovery() THEN (pg_snapshot_xmin(n) || ':' || pg_snapshot_xmin(n) || ':')::pg_snapshot
            ELSE n END AS n
        FROM pg_current_snapshot() n)
    SELECT s.n::text, d.* FROM s LEFT JOIN LATERAL (
        SELECT e.id::text, e.journal_id::text, e.journal_seq, e.seat, e.actor, e.occurred_at, e.hlc, e.base::text, e.op, e.v,
            e.incident_id::text, e.body, e.call_id, e.xid::text, e.seq
        FROM room_event e
        WHERE e.xid >= pg_snapshot_xmin(old) AND NOT pg_visible_in_snapshot(e.xid, old)
            AND pg_visible_in_snapshot(e.xid, s.n)
        ORDER BY e.xid, e.seq LIMIT most) d ON true;
END $$;
COMMENT ON FUNCTION delta_v1 IS 'What was committed since the snapshot `old`, as far as whoever asks may read it, and the snapshot to ask from next.';

REVOKE ALL ON FUNCTION keep_presence, beat_v1, delta_v1 FROM PUBLIC;
GRANT EXECUTE ON FUNCTION beat_v1, delta_v1 TO op112_seat, op112_desk, op112_wall;

UPDATE compat SET proto = 4;
