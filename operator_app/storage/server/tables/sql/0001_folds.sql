-- The same folds as operator_app/domain/incident.py and call.py, held equal by tests/contract/test_fold.py: pure functions
-- of the set of events, taken in the order (hlc, id). Nothing in here may fail on an event that check_fact let in.

CREATE FUNCTION legal_move(what text, from_state text, to_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE what
        WHEN 'incident' THEN (from_state, to_state) IN (
            ('new', 'forwarded'), ('new', 'closed'), ('new', 'cancelled'), ('new', 'merged'),
            ('forwarded', 'handled'), ('forwarded', 'done'), ('forwarded', 'cancelled'), ('forwarded', 'merged'),
            ('handled', 'done'), ('handled', 'cancelled'), ('handled', 'merged'),
            ('done', 'closed'), ('done', 'handled'))
        ELSE (from_state, to_state) IN (
            ('sent', 'accepted'), ('sent', 'declined'),
            ('accepted', 'under_way'), ('accepted', 'on_scene'), ('accepted', 'done'), ('accepted', 'declined'),
            ('under_way', 'on_scene'), ('under_way', 'done'),
            ('on_scene', 'done'))
    END
$$;

CREATE FUNCTION parse_position(position_text text, OUT lat double precision, OUT lon double precision)
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF position_text ~ '^ *[+-]?[0-9]{1,3}(\.[0-9]{0,15})? *, *[+-]?[0-9]{1,3}(\.[0-9]{0,15})? *$' THEN
        lat := split_part(position_text, ',', 1)::double precision;
        lon := split_part(position_text, ',', 2)::double precision;
        IF abs(lat) > 90 OR abs(lon) > 180 THEN
            lat := NULL;
            lon := NULL;
        END IF;
    END IF;
END $$;

CREATE FUNCTION settle_field(held jsonb, e event) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    fresh jsonb := coalesce(e.body->'value', 'null');
    clashes jsonb := '[]';
BEGIN
    IF held IS NOT NULL AND e.base IS DISTINCT FROM (held->>'event')::uuid THEN
        clashes := held->'clashes';
        IF held->'value' <> fresh AND held->>'seat' <> e.seat THEN
            clashes := clashes
                || jsonb_build_object('value', held->'value', 'event', held->'event', 'seat', held->'seat');
        END IF;
    END IF;
    RETURN jsonb_build_object(
        'value', fresh, 'event', e.id, 'hlc', e.hlc, 'seat', e.seat, 'at', e.occurred_at, 'clashes', clashes);
END $$;

-- The dispatch after one step, or NULL when the step is impossible.
CREATE FUNCTION step_dispatch(held jsonb, e event) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    to_state text := e.body->>'to';
BEGIN
    IF held IS NULL THEN
        RETURN NULL;
    ELSIF e.op = 'dispatch.delivered' THEN
        RETURN jsonb_build_object('delivered_at', e.occurred_at) || held;
    ELSIF e.op = 'dispatch.overdue' THEN
        RETURN jsonb_build_object('overdue_at', e.occurred_at) || held;
    ELSIF to_state = held->>'state' THEN
        RETURN held;
    ELSIF NOT legal_move('dispatch', held->>'state', to_state) THEN
        RETURN NULL;
    END IF;
    RETURN held || jsonb_build_object('state', to_state, 'reason', e.body->'reason', to_state || '_at', e.occurred_at);
END $$;

CREATE FUNCTION fold_incident(wanted uuid) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    e event;
    i incident;
    fields jsonb := '{}';
    dispatches jsonb := '{}';
    step jsonb;
    linked text[] := '{}';
    rejects uuid[] := '{}';
    dispatch_id text;
BEGIN
    i.id := wanted;
    i.status := 'new';
    FOR e IN SELECT * FROM event WHERE incident_id = wanted ORDER BY hlc, id LOOP
        i.updated_at := greatest(i.updated_at, e.occurred_at);
        i.arrived_at := greatest(i.arrived_at, e.received_at);
        CONTINUE WHEN e.v > 1;
        dispatch_id := e.body->>'dispatch_id';
        CASE e.op
        WHEN 'incident.opened' THEN
            IF i.opened_at IS NOT NULL THEN
                rejects := rejects || e.id;
                CONTINUE;
            END IF;
            i.number := e.body->>'number';
            i.seat := e.seat;
            i.opened_at := e.occurred_at;
            IF e.call_id IS NOT NULL AND e.call_id <> ALL (linked) THEN
                linked := linked || e.call_id;
            END IF;
        WHEN 'incident.field_set' THEN
            fields := fields
                || jsonb_build_object(e.body->>'field', settle_field(fields->(e.body->>'field'), e));
        WHEN 'incident.moved' THEN
            IF e.body->>'to' = i.status THEN
                CONTINUE;
            ELSIF legal_move('incident', i.status, e.body->>'to') THEN
                i.status := e.body->>'to';
            ELSE
                rejects := rejects || e.id;
            END IF;
        WHEN 'call.linked' THEN
            IF e.call_id <> ALL (linked) THEN
                linked := linked || e.call_id;
            END IF;
        WHEN 'dispatch.sent' THEN
            IF dispatches ? dispatch_id THEN
                rejects := rejects || e.id;
                CONTINUE;
            END IF;
            dispatches := dispatches || jsonb_build_object(dispatch_id, jsonb_build_object(
                'id', dispatch_id, 'agency', e.body->'agency', 'ack_within_s', e.body->'ack_within_s',
                'seat', e.seat, 'sent_at', e.occurred_at, 'state', 'sent', 'reason', '',
                'place', (SELECT count(*) FROM jsonb_object_keys(dispatches))));
        WHEN 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue' THEN
            step := step_dispatch(dispatches->dispatch_id, e);
            IF step IS NULL THEN
                rejects := rejects || e.id;
            ELSE
                dispatches := dispatches || jsonb_build_object(dispatch_id, step);
            END IF;
        ELSE
            NULL;
        END CASE;
    END LOOP;
    IF i.arrived_at IS NULL THEN
        DELETE FROM incident WHERE id = wanted;
        RETURN;
    END IF;
    i.field_meta := fields - 'caller_name' - 'caller_number';
    i.kind := fields->'kind'->>'value';
    i.place := fields->'place'->>'value';
    i.landmark := fields->'landmark'->>'value';
    i.village := fields->'village'->>'value';
    i.district := fields->'district'->>'value';
    i.neighbourhood := fields->'neighbourhood'->>'value';
    i.text := fields->'text'->>'value';
    IF fields->'priority'->>'value' IN ('1', '2', '3', '4', '5') THEN
        i.priority := fields->'priority'->>'value';
    END IF;
    SELECT p.lat, p.lon INTO i.lat, i.lon FROM parse_position(fields->'position'->>'value') p;
    PERFORM write_incident(i);
    PERFORM write_parts(wanted, fields, dispatches, linked, rejects);
END $$;

CREATE FUNCTION write_incident(i incident) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO incident SELECT i.*
    ON CONFLICT (id) DO UPDATE SET
        number = excluded.number, status = excluded.status, priority = excluded.priority, kind = excluded.kind,
        place = excluded.place, landmark = excluded.landmark, village = excluded.village,
        district = excluded.district, neighbourhood = excluded.neighbourhood, lat = excluded.lat,
        lon = excluded.lon, text = excluded.text, opened_at = excluded.opened_at, seat = excluded.seat,
        updated_at = excluded.updated_at, arrived_at = excluded.arrived_at, field_meta = excluded.field_meta;
END $$;

-- Rows that stay the same are not written again.
CREATE FUNCTION write_parts(wanted uuid, fields jsonb, dispatches jsonb, linked text[], rejects uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF fields ?| ARRAY['caller_name', 'caller_number'] THEN
        INSERT INTO reporter
        VALUES (wanted, fields->'caller_name'->>'value', fields->'caller_number'->>'value',
            fields - ARRAY(SELECT key FROM jsonb_object_keys(fields) key
                WHERE key NOT IN ('caller_name', 'caller_number')))
        ON CONFLICT (incident_id) DO UPDATE
        SET name = excluded.name, number = excluded.number, field_meta = excluded.field_meta
        WHERE reporter.field_meta <> excluded.field_meta;
    ELSE
        DELETE FROM reporter WHERE incident_id = wanted;
    END IF;

    DELETE FROM incident_call WHERE incident_id = wanted AND call_id <> ALL (linked);
    INSERT INTO incident_call
    SELECT wanted, call_id, place - 1 FROM unnest(linked) WITH ORDINALITY AS row (call_id, place)
    ON CONFLICT (incident_id, call_id) DO UPDATE SET place = excluded.place
    WHERE incident_call.place <> excluded.place;

    DELETE FROM dispatch WHERE incident_id = wanted AND NOT dispatches ? id;
    INSERT INTO dispatch
    SELECT wanted, d.id, d.place, d.agency, d.state, d.seat, d.ack_within_s, d.sent_at, d.delivered_at, d.accepted_at,
        d.under_way_at, d.on_scene_at, d.done_at, d.declined_at, d.overdue_at, d.reason
    FROM jsonb_each(dispatches) each, jsonb_populate_record(NULL::dispatch, each.value) d
    ON CONFLICT (incident_id, id) DO UPDATE SET
        place = excluded.place, agency = excluded.agency, state = excluded.state, seat = excluded.seat,
        ack_within_s = excluded.ack_within_s, sent_at = excluded.sent_at, delivered_at = excluded.delivered_at,
        accepted_at = excluded.accepted_at, under_way_at = excluded.under_way_at,
        on_scene_at = excluded.on_scene_at, done_at = excluded.done_at, declined_at = excluded.declined_at,
        overdue_at = excluded.overdue_at, reason = excluded.reason
    WHERE dispatch IS DISTINCT FROM excluded;

    DELETE FROM rejected WHERE incident_id = wanted AND event_id <> ALL (rejects);
    INSERT INTO rejected SELECT event_id, wanted FROM unnest(rejects) event_id ON CONFLICT DO NOTHING;
END $$;

CREATE FUNCTION fold_call(wanted text) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    e event;
    c call;
BEGIN
    SELECT * INTO e FROM event
    WHERE call_id = wanted AND op = 'call.offered' AND v <= 1 ORDER BY hlc, id LIMIT 1;
    IF NOT FOUND THEN
        DELETE FROM call WHERE id = wanted;
        RETURN;
    END IF;
    c.id := wanted;
    c.seat := e.seat;
    c.direction := e.body->>'direction';
    c.number := e.body->>'number';
    c.display_name := e.body->>'display_name';
    c.offered_at := e.occurred_at;
    c.state := CASE WHEN c.direction = 'in' THEN 'ringing' ELSE 'dialling' END;
    c.end_reason := '';
    c.recordings := '{}';
    c.digests := '{}';
    FOR e IN SELECT * FROM event WHERE call_id = wanted AND v <= 1 ORDER BY hlc, id LOOP
        CASE e.op
        WHEN 'call.answered' THEN
            IF c.ended_at IS NULL THEN
                c.state := 'connected';
                c.answered_at := e.occurred_at;
            END IF;
        WHEN 'call.ended' THEN
            IF c.ended_at IS NULL THEN
                c.state := CASE
                    WHEN e.body->>'by' = 'failure' AND (c.answered_at IS NOT NULL OR c.direction = 'in') THEN 'cut'
                    WHEN e.body->>'by' = 'remote' AND c.direction = 'in' AND c.answered_at IS NULL THEN 'abandoned'
                    ELSE 'ended'
                END;
                c.ended_at := e.occurred_at;
                c.end_reason := e.body->>'reason';
            END IF;
        WHEN 'call.classified' THEN
            c.classification := e.body->>'classification';
        WHEN 'call.linked', 'incident.opened' THEN
            c.incident_id := e.incident_id;
        WHEN 'call.recorded' THEN
            c.recordings := ARRAY(SELECT jsonb_array_elements_text(e.body->'files'));
            c.digests := ARRAY(SELECT jsonb_array_elements_text(e.body->'sha256'));
        ELSE
            NULL;
        END CASE;
    END LOOP;
    INSERT INTO call SELECT c.*
    ON CONFLICT (id) DO UPDATE SET
        seat = excluded.seat, direction = excluded.direction, number = excluded.number,
        display_name = excluded.display_name, state = excluded.state, offered_at = excluded.offered_at,
        answered_at = excluded.answered_at, ended_at = excluded.ended_at, end_reason = excluded.end_reason,
        classification = excluded.classification, incident_id = excluded.incident_id,
        recordings = excluded.recordings, digests = excluded.digests;
END $$;

CREATE FUNCTION fold_seat(wanted text) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO seat
    SELECT seat, body->>'state', occurred_at, hlc, id FROM event
    WHERE event.seat = wanted AND op = 'seat.state' AND v <= 1 ORDER BY hlc DESC, id DESC LIMIT 1
    ON CONFLICT (name) DO UPDATE
    SET state = excluded.state, since = excluded.since, hlc = excluded.hlc, event_id = excluded.event_id
$$;
CREATE INDEX event_seat_state ON event (seat, hlc, id) WHERE op = 'seat.state';

CREATE FUNCTION rebuild_projections() RETURNS void
LANGUAGE plpgsql SET search_path = op112, pg_temp AS $$
BEGIN
    LOCK TABLE event, incident, call, seat IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE incident, reporter, incident_call, dispatch, call, seat, rejected;
    PERFORM fold_incident(id) FROM (SELECT DISTINCT incident_id id FROM event WHERE incident_id IS NOT NULL) i;
    PERFORM fold_call(id) FROM (SELECT DISTINCT call_id id FROM event WHERE call_id IS NOT NULL) c;
    PERFORM fold_seat(name) FROM (SELECT DISTINCT seat name FROM event WHERE op = 'seat.state') s;
END $$;
COMMENT ON FUNCTION rebuild_projections IS 'Makes every readable table anew from the log; for the owner, while nobody writes.';
