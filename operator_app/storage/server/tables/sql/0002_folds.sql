-- Numbers that were given out twice, calls that rang at several seats, and people. operator_app/workflow/board.py and
-- operator_app/domain/call.py do the same; tests/contract/test_fold.py holds them equal.

CREATE FUNCTION renumber(given text) RETURNS void
LANGUAGE sql AS $$
    UPDATE incident SET number = told.number
    FROM (
        SELECT id, given_number || CASE place WHEN 1 THEN '' ELSE '-' || place END AS number
        FROM (
            SELECT id, given_number, row_number() OVER (ORDER BY opened_hlc, opened_by) AS place
            FROM incident WHERE given_number = given) placed) told
    WHERE incident.id = told.id AND incident.number IS DISTINCT FROM told.number
$$;

CREATE OR REPLACE FUNCTION write_incident(i incident) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    before text;
    earlier bigint;
BEGIN
    i.given_number := i.number;
    SELECT hlc, id INTO i.opened_hlc, i.opened_by FROM event
    WHERE incident_id = i.id AND op = 'incident.opened' AND v <= 1 ORDER BY hlc, id LIMIT 1;
    SELECT given_number INTO before FROM incident WHERE id = i.id;
    SELECT count(*) INTO earlier FROM incident
    WHERE given_number = i.given_number AND id <> i.id AND (opened_hlc, opened_by) < (i.opened_hlc, i.opened_by);
    IF earlier > 0 THEN
        i.number := i.given_number || '-' || (earlier + 1);
    END IF;
    INSERT INTO incident SELECT i.*
    ON CONFLICT (id) DO UPDATE SET
        number = excluded.number, status = excluded.status, priority = excluded.priority, kind = excluded.kind,
        place = excluded.place, landmark = excluded.landmark, village = excluded.village,
        district = excluded.district, neighbourhood = excluded.neighbourhood, lat = excluded.lat,
        lon = excluded.lon, text = excluded.text, opened_at = excluded.opened_at, seat = excluded.seat,
        updated_at = excluded.updated_at, arrived_at = excluded.arrived_at, field_meta = excluded.field_meta,
        given_number = excluded.given_number, opened_hlc = excluded.opened_hlc, opened_by = excluded.opened_by;
    IF before IS DISTINCT FROM i.given_number THEN  -- seldom: it is new, or an earlier opening came late
        PERFORM renumber(given) FROM unnest(ARRAY[before, i.given_number]) given WHERE given IS NOT NULL;
    END IF;
END $$;

CREATE FUNCTION fold_person(events jsonb[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO person
    SELECT each->>'actor', each->>'seat', min(at), max(at)
    FROM unnest(events) each, LATERAL (SELECT (each->>'occurred_at')::timestamptz AS at) moment
    WHERE each->>'actor' <> ''
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (name, seat) DO UPDATE
    SET first_at = least(person.first_at, excluded.first_at), last_at = greatest(person.last_at, excluded.last_at)
    WHERE excluded.first_at < person.first_at OR excluded.last_at > person.last_at
$$;

CREATE OR REPLACE FUNCTION fold_call(wanted text) RETURNS void
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
    c.key := e.body->>'key';
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
        recordings = excluded.recordings, digests = excluded.digests, key = excluded.key;
END $$;

CREATE OR REPLACE FUNCTION rebuild_projections() RETURNS void
LANGUAGE plpgsql SET search_path = op112, pg_temp AS $$
BEGIN
    LOCK TABLE event, incident, call, seat, person IN SHARE ROW EXCLUSIVE MODE;
    TRUNCATE incident, reporter, incident_call, dispatch, call, seat, rejected, person;
    PERFORM fold_incident(id) FROM (SELECT DISTINCT incident_id id FROM event WHERE incident_id IS NOT NULL) i;
    PERFORM fold_call(id) FROM (SELECT DISTINCT call_id id FROM event WHERE call_id IS NOT NULL) c;
    PERFORM fold_seat(name) FROM (SELECT DISTINCT seat name FROM event WHERE op = 'seat.state') s;
    INSERT INTO person
    SELECT actor, event.seat, min(occurred_at), max(occurred_at) FROM event WHERE actor <> ''
    GROUP BY actor, event.seat;
END $$;

UPDATE incident SET given_number = number, opened_hlc = e.hlc, opened_by = e.id
FROM event e
WHERE e.incident_id = incident.id AND e.op = 'incident.opened' AND e.v <= 1
    AND NOT EXISTS (
        SELECT FROM event o WHERE o.incident_id = e.incident_id AND o.op = 'incident.opened' AND o.v <= 1
            AND (o.hlc, o.id) < (e.hlc, e.id));
CREATE INDEX incident_given ON incident (given_number);
SELECT renumber(given_number) FROM incident GROUP BY given_number HAVING count(*) > 1;
