-- The only doors for writing. Each runs with the owner's rights; who called is session_user. SQLSTATEs of our own:
-- OP001 this login may not write that, OP002 no such fact can be, OP003 the log is append-only.

CREATE FUNCTION must_be(body jsonb, name text, kind text, may_be_null boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(coalesce(body->name, 'null')) <> kind
        AND NOT (may_be_null AND jsonb_typeof(coalesce(body->name, 'null')) = 'null') THEN
        RAISE EXCEPTION '% is no %', name, kind USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE FUNCTION must_be_one_of(body jsonb, name text, known text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (body->>name = ANY (known)) IS NOT TRUE THEN
        RAISE EXCEPTION '% is unknown as %', coalesce(body->>name, 'nothing'), name USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE FUNCTION must_be_int(body jsonb, name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM must_be(body, name, 'number');
    IF (body->>name) !~ '^-?[0-9]{1,9}$' THEN
        RAISE EXCEPTION '% is no whole number', name USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE FUNCTION must_be_texts(body jsonb, name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM must_be(body, name, 'array');
    IF EXISTS (SELECT FROM jsonb_array_elements(body->name) each WHERE jsonb_typeof(each) <> 'string') THEN
        RAISE EXCEPTION '% holds something else than text', name USING ERRCODE = 'OP002';
    END IF;
END $$;

-- Lets in every fact that windows can read; a fact of a newer version is let in as it is.
CREATE FUNCTION check_fact(op text, v integer, incident_id uuid, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(body) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'body is no object' USING ERRCODE = 'OP002';
    ELSIF v > 1 THEN
        RETURN;
    END IF;
    IF (op LIKE 'incident.%' OR op LIKE 'dispatch.%' OR op = 'call.linked') AND incident_id IS NULL
        AND op IN ('incident.opened', 'incident.field_set', 'incident.moved', 'incident.noted', 'dispatch.sent',
            'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue', 'call.linked') THEN
        RAISE EXCEPTION '% names no incident', op USING ERRCODE = 'OP002';
    END IF;
    IF op IN ('call.offered', 'call.answered', 'call.ended', 'call.classified', 'call.linked', 'call.recorded') THEN
        PERFORM must_be(body, 'call_id', 'string');
    ELSIF op IN ('dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue') THEN
        PERFORM must_be(body, 'dispatch_id', 'string');
    END IF;
    CASE op
    WHEN 'call.offered' THEN
        PERFORM must_be(body, 'direction', 'string'), must_be(body, 'number', 'string', true),
            must_be(body, 'display_name', 'string');
    WHEN 'call.ended' THEN
        PERFORM must_be(body, 'by', 'string'), must_be_int(body, 'code'), must_be(body, 'reason', 'string');
    WHEN 'call.classified' THEN
        PERFORM must_be_one_of(body, 'classification', ARRAY[
            'emergency', 'non_emergency', 'information', 'prank', 'ghost', 'misdirected', 'test']);
    WHEN 'call.recorded' THEN
        PERFORM must_be_texts(body, 'files'), must_be_texts(body, 'sha256'), must_be(body, 'seconds', 'number');
    WHEN 'incident.opened' THEN
        PERFORM must_be(body, 'number', 'string'), must_be(body, 'call_id', 'string', true);
    WHEN 'incident.field_set' THEN
        PERFORM must_be(body, 'field', 'string'), must_be(body, 'value', 'string', true);
    WHEN 'incident.moved' THEN
        PERFORM must_be(body, 'reason', 'string'), must_be_one_of(body, 'to', ARRAY[
            'new', 'forwarded', 'handled', 'done', 'closed', 'cancelled', 'merged']);
    WHEN 'incident.noted' THEN
        PERFORM must_be(body, 'text', 'string');
    WHEN 'dispatch.sent' THEN
        PERFORM must_be(body, 'agency', 'string'), must_be_int(body, 'ack_within_s');
    WHEN 'dispatch.moved' THEN
        PERFORM must_be(body, 'reason', 'string'), must_be_one_of(body, 'to', ARRAY[
            'sent', 'accepted', 'under_way', 'on_scene', 'done', 'declined']);
    WHEN 'seat.state' THEN
        PERFORM must_be_one_of(body, 'state', ARRAY['ready', 'talking', 'wrap_up', 'break', 'away']);
    ELSE
        NULL;
    END CASE;
END $$;

CREATE FUNCTION check_writer(op text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF pg_has_role(session_user, 'op112_seat', 'MEMBER') THEN
        RETURN;
    ELSIF pg_has_role(session_user, 'op112_desk', 'MEMBER') AND op IN (
        'dispatch.delivered', 'dispatch.moved', 'incident.moved', 'incident.noted', 'seat.state') THEN
        RETURN;
    END IF;
    RAISE EXCEPTION '% may not write %', session_user, op USING ERRCODE = 'OP001';
END $$;

-- One record of to_record (domain/messages.py) as a row, checked.
CREATE FUNCTION read_record(given jsonb) RETURNS event
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    e event;
BEGIN
    e.id := given->>'id';
    e.journal_id := given->>'journal_id';
    e.journal_seq := given->>'seq';
    e.seat := given->>'seat';
    e.actor := given->>'actor';
    e.op := given->>'op';
    e.v := given->>'v';
    e.body := given->'body';
    e.base := given->>'base';
    e.hlc := given->>'hlc';
    e.occurred_at := given->>'occurred_at';
    e.incident_id := given->>'incident_id';
    PERFORM check_writer(e.op), check_fact(e.op, e.v, e.incident_id, e.body);
    IF e.v <= 1 AND (e.op LIKE 'call.%' OR e.op = 'incident.opened') THEN
        e.call_id := e.body->>'call_id';
    END IF;
    RETURN e;
END $$;

CREATE FUNCTION apply_events_v1(journal uuid, seat_name text, events jsonb)
RETURNS TABLE (event_id uuid, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp AS $$
#variable_conflict use_column
DECLARE
    given jsonb;
    e event;
    held event;
    fresh jsonb[] := '{}';
    incidents uuid[] := '{}';
    calls text[] := '{}';
    seats text[] := '{}';
    newest bigint := 0;
BEGIN
    IF jsonb_typeof(events) IS DISTINCT FROM 'array' OR jsonb_array_length(events) > 500 THEN
        RAISE EXCEPTION 'a batch is an array of at most 500 events' USING ERRCODE = 'OP002';
    END IF;
    INSERT INTO journal_head (journal_id, seat) VALUES (journal, seat_name) ON CONFLICT DO NOTHING;
    PERFORM FROM journal_head WHERE journal_id = journal FOR UPDATE;
    -- Whoever folds something holds its lock until the commit, so that the next one folds all of it. All locks in one
    -- order, or two batches could wait for each other.
    PERFORM pg_advisory_xact_lock(key) FROM (
        SELECT DISTINCT hashtextextended(name, 112) key FROM jsonb_array_elements(events) each,
            unnest(ARRAY['i' || (each->>'incident_id'), 'c' || (each->'body'->>'call_id'), 's' || (each->>'seat')]) name
        WHERE name IS NOT NULL
        ORDER BY 1) keys;

    FOR given IN SELECT value FROM jsonb_array_elements(events) LOOP
        e := read_record(given);
        IF e.journal_id IS DISTINCT FROM journal OR e.seat IS DISTINCT FROM seat_name THEN
            RAISE EXCEPTION 'event % is of another journal or seat', e.id USING ERRCODE = 'OP002';
        END IF;
        event_id := e.id;
        SELECT * INTO held FROM event WHERE id = e.id OR (journal_id = journal AND journal_seq = e.journal_seq)
        ORDER BY id = e.id DESC LIMIT 1;
        IF NOT FOUND THEN
            INSERT INTO event (id, incident_id, call_id, journal_id, journal_seq, seat, actor, op, v, body, base, hlc,
                occurred_at)
            VALUES (e.id, e.incident_id, e.call_id, journal, e.journal_seq, e.seat, e.actor, e.op, e.v, e.body,
                e.base, e.hlc, e.occurred_at);
            result := 'new';
            fresh := fresh || given;
            newest := greatest(newest, e.journal_seq);
            incidents := incidents || e.incident_id;
            calls := calls || e.call_id;
            IF e.op = 'seat.state' THEN
                seats := seats || e.seat;
            END IF;
        ELSIF (held.id, held.journal_id, held.journal_seq, held.actor, held.op, held.v, held.body, held.hlc,
                held.occurred_at) = (e.id, journal, e.journal_seq, e.actor, e.op, e.v, e.body, e.hlc, e.occurred_at)
            AND held.incident_id IS NOT DISTINCT FROM e.incident_id AND held.base IS NOT DISTINCT FROM e.base THEN
            result := 'known';
        ELSE
            result := CASE WHEN held.id = e.id THEN 'differs' ELSE 'taken' END;
            INSERT INTO alarm (kind, journal_id, seat, event_id, detail)
            VALUES (result, journal, seat_name, held.id, given);
        END IF;
        RETURN NEXT;
    END LOOP;

    PERFORM fold_incident(id) FROM (SELECT DISTINCT unnest(incidents) id ORDER BY 1) i WHERE id IS NOT NULL;
    PERFORM fold_call(id) FROM (SELECT DISTINCT unnest(calls) id ORDER BY 1) c WHERE id IS NOT NULL;
    PERFORM fold_seat(name) FROM (SELECT DISTINCT unnest(seats) name ORDER BY 1) s;
    UPDATE journal_head
    SET last_seq = greatest(last_seq, newest), events = journal_head.events + cardinality(fresh), seat = seat_name,
        last_seen = clock_timestamp()
    WHERE journal_id = journal;
    IF cardinality(fresh) > 0 THEN
        -- A hint only: any login can notify and listen, so it says nothing about anybody and is not believed.
        PERFORM pg_notify('op112', cardinality(fresh)::text);
    END IF;
END $$;
COMMENT ON FUNCTION apply_events_v1 IS
    'Takes events of one journal, each once: new, known (was there), differs (same id, other content), taken (same number, other event).';

CREATE FUNCTION server_mark_v1() RETURNS jsonb
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    SELECT jsonb_build_object(
        'system', (SELECT system_identifier FROM pg_control_system()) || '/'
            || (SELECT oid FROM pg_database WHERE datname = current_database()),
        'timeline', CASE WHEN pg_is_in_recovery() THEN '' ELSE substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8) END,
        'generation', (SELECT id FROM server_generation),
        'min_proto', min_proto, 'proto', proto) FROM compat
$$;

CREATE FUNCTION heartbeat_v1(
    window_id uuid, seat_name text, role_name text, app_version text, events_waiting integer, with_presence boolean)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    windows jsonb;
BEGIN
    INSERT INTO presence VALUES (seat_name, role_name, window_id, app_version, events_waiting, now_at)
    ON CONFLICT (seat, role) DO UPDATE
    SET "window" = excluded."window", version = excluded.version, waiting = excluded.waiting,
        last_seen = excluded.last_seen;
    IF with_presence THEN
        SELECT jsonb_agg(jsonb_build_array(seat, role, greatest(0, extract(epoch FROM now_at - last_seen)))
            ORDER BY role, seat)
        INTO windows FROM presence WHERE last_seen > now_at - interval '1 day';
    END IF;
    RETURN server_mark_v1()
        || jsonb_build_object('now', extract(epoch FROM now_at), 'presence', windows);
END $$;

CREATE FUNCTION leave_v1(window_id uuid) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
    DELETE FROM presence WHERE "window" = window_id
$$;

REVOKE ALL ON ALL FUNCTIONS IN SCHEMA op112 FROM PUBLIC;
GRANT USAGE ON SCHEMA op112 TO op112_seat, op112_desk, op112_wall;
GRANT SELECT ON ALL TABLES IN SCHEMA op112 TO op112_seat, op112_desk, op112_wall;
GRANT EXECUTE ON FUNCTION server_mark_v1, heartbeat_v1, leave_v1 TO op112_seat, op112_desk, op112_wall;
GRANT EXECUTE ON FUNCTION apply_events_v1 TO op112_seat, op112_desk;
