-- Whether a record is one that every window can read and that costs nobody his server: what it may be at most stands in
-- operator_app/domain/bounds.py. An event whose time or stamp is out of bounds is OP004: its writer's clock is to blame,
-- and can be put right.

CREATE OR REPLACE FUNCTION is_uuid7(id uuid) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT id IS NULL OR id::text ~ '^.{14}7.{4}[89ab]'
$$;

-- The highest stamp that a writer had seen when he wrote this: he stamps just after it, whatever clock that one had.
CREATE OR REPLACE FUNCTION highest_seen(e event) RETURNS bigint
LANGUAGE sql STABLE AS $$
    SELECT greatest(
        (SELECT max(hlc) FROM event WHERE incident_id = e.incident_id),
        (SELECT max(hlc) FROM event WHERE call_id = e.call_id),
        (SELECT max(l.hlc) FROM lasting l WHERE l.op = e.op))
$$;

CREATE OR REPLACE FUNCTION check_bounds(e event, given jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    name text;
    now_ms bigint := extract(epoch FROM clock_timestamp()) * 1000;
    latest bigint := (now_ms + (bounds()->>'ahead_s')::bigint * 1000) << 16;
BEGIN
    IF num_nulls(e.id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op, e.v, e.hlc, e.occurred_at) > 0 THEN
        RAISE EXCEPTION 'an event lacks a part' USING ERRCODE = 'OP002';
    ELSIF octet_length(given::text) > (bounds()->>'event_bytes')::integer THEN
        RAISE EXCEPTION 'an event has at most % bytes', bounds()->>'event_bytes' USING ERRCODE = 'OP002';
    ELSIF jsonb_path_exists(given, format('$.**{%s}', (bounds()->>'depth')::integer + 1)::jsonpath) THEN
        RAISE EXCEPTION 'an event is at most % deep', bounds()->>'depth' USING ERRCODE = 'OP002';
    ELSIF NOT (is_uuid7(e.id) AND is_uuid7(e.incident_id) AND is_uuid7(e.base)) THEN
        RAISE EXCEPTION 'ids of events and incidents are UUIDs of version 7' USING ERRCODE = 'OP002';
    ELSIF e.v NOT BETWEEN 1 AND (bounds()->>'version_most')::integer
        OR e.journal_seq NOT BETWEEN 1 AND (bounds()->>'seq_most')::bigint OR e.hlc < 1 THEN
        RAISE EXCEPTION 'v, seq and hlc count from 1' USING ERRCODE = 'OP002';
    ELSIF e.op !~ '^[a-z][a-z0-9_]*([.][a-z0-9_]+)*$' OR e.seat = '' THEN
        RAISE EXCEPTION 'op or seat is no name' USING ERRCODE = 'OP002';
    END IF;
    FOREACH name IN ARRAY ARRAY[e.seat, e.actor, e.op, e.call_id] LOOP
        IF length(name) > (bounds()->>'name_chars')::integer OR name ~ '[[:cntrl:]]' THEN
            RAISE EXCEPTION 'a name has at most % letters', bounds()->>'name_chars' USING ERRCODE = 'OP002';
        END IF;
    END LOOP;
    IF NOT isfinite(e.occurred_at) OR extract(epoch FROM e.occurred_at) NOT BETWEEN (bounds()->>'first_moment')::numeric
        AND (bounds()->>'last_moment')::numeric THEN
        RAISE EXCEPTION 'its time is in no year of ours' USING ERRCODE = 'OP004';
    ELSIF extract(epoch FROM e.occurred_at) * 1000 > latest >> 16 THEN
        RAISE EXCEPTION 'its time lies ahead of the server''s clock' USING ERRCODE = 'OP004';
    ELSIF e.hlc > latest AND e.hlc > coalesce(highest_seen(e), 0) + (1000::bigint << 16) THEN
        RAISE EXCEPTION 'its stamp lies ahead of the server''s clock' USING ERRCODE = 'OP004';
    END IF;
END $$;
