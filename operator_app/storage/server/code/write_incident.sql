CREATE OR REPLACE FUNCTION write_incident(i incident) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    before incident;
    earlier bigint;
BEGIN
    i.given_number := i.number;
    SELECT * INTO before FROM incident WHERE id = i.id;
    SELECT count(*) INTO earlier FROM incident
    WHERE given_number = i.given_number AND id <> i.id AND (opened_hlc, opened_by) < (i.opened_hlc, i.opened_by);
    IF earlier > 0 THEN
        i.number := i.given_number || '-' || (earlier + 1);
    END IF;
    -- Each column by name: one that a later table has besides gets its default from whoever is still in here.
    INSERT INTO incident (id, number, status, priority, kind, place, landmark, village, district, neighbourhood, lat, lon,
        text, opened_at, seat, updated_at, arrived_at, field_meta, given_number, opened_hlc, opened_by, owner)
    VALUES (i.id, i.number, i.status, i.priority, i.kind, i.place, i.landmark, i.village, i.district, i.neighbourhood, i.lat,
        i.lon, i.text, i.opened_at, i.seat, i.updated_at, i.arrived_at, i.field_meta, i.given_number, i.opened_hlc,
        i.opened_by, i.owner)
    ON CONFLICT (id) DO UPDATE SET
        number = excluded.number, status = excluded.status, priority = excluded.priority, kind = excluded.kind,
        place = excluded.place, landmark = excluded.landmark, village = excluded.village,
        district = excluded.district, neighbourhood = excluded.neighbourhood, lat = excluded.lat,
        lon = excluded.lon, text = excluded.text, opened_at = excluded.opened_at, seat = excluded.seat,
        updated_at = excluded.updated_at, arrived_at = excluded.arrived_at, field_meta = excluded.field_meta,
        given_number = excluded.given_number, opened_hlc = excluded.opened_hlc, opened_by = excluded.opened_by,
        owner = excluded.owner;
    -- Seldom: it is new, or an earlier opening came late, which may also change who of two came first.
    IF (before.given_number, before.opened_by) IS DISTINCT FROM (i.given_number, i.opened_by) THEN
        PERFORM renumber(given) FROM unnest(ARRAY[before.given_number, i.given_number]) given WHERE given IS NOT NULL;
    END IF;
END $$;

-- Numbers that were given out twice are told apart; operator_app/workflow/board.py does the same.
CREATE OR REPLACE FUNCTION renumber(given text) RETURNS void
LANGUAGE sql AS $$
    UPDATE incident SET number = told.number
    FROM (
        SELECT id, given_number || CASE place WHEN 1 THEN '' ELSE '-' || place END AS number
        FROM (
            SELECT id, given_number, row_number() OVER (ORDER BY opened_hlc, opened_by) AS place
            FROM incident WHERE given_number = given) placed) told
    WHERE incident.id = told.id AND incident.number IS DISTINCT FROM told.number
$$;

-- Rows that stay the same are not written again. A call that was unlinked leaves its place empty.
CREATE OR REPLACE FUNCTION write_parts(
    wanted uuid, fields jsonb, dispatches jsonb, linked text[], unlinked text[], rejects uuid[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    IF fields ?| ARRAY['caller_name', 'caller_number'] THEN
        INSERT INTO reporter (incident_id, name, number, field_meta)
        VALUES (wanted, fields->'caller_name'->>'value', fields->'caller_number'->>'value',
            fields - ARRAY(SELECT key FROM jsonb_object_keys(fields) key
                WHERE key NOT IN ('caller_name', 'caller_number')))
        ON CONFLICT (incident_id) DO UPDATE
        SET name = excluded.name, number = excluded.number, field_meta = excluded.field_meta
        WHERE reporter.field_meta <> excluded.field_meta;
    ELSE
        DELETE FROM reporter WHERE incident_id = wanted;
    END IF;

    DELETE FROM incident_call WHERE incident_id = wanted AND (call_id <> ALL (linked) OR call_id = ANY (unlinked));
    INSERT INTO incident_call (incident_id, call_id, place)
    SELECT wanted, call_id, place - 1 FROM unnest(linked) WITH ORDINALITY AS row (call_id, place)
    WHERE call_id <> ALL (unlinked)
    ON CONFLICT (incident_id, call_id) DO UPDATE SET place = excluded.place
    WHERE incident_call.place <> excluded.place;

    DELETE FROM dispatch WHERE incident_id = wanted AND NOT dispatches ? id;
    INSERT INTO dispatch (incident_id, id, place, agency, state, seat, ack_within_s, sent_at, delivered_at, accepted_at,
        under_way_at, on_scene_at, done_at, declined_at, overdue_at, reason)
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
    INSERT INTO rejected (event_id, incident_id) SELECT event_id, wanted FROM unnest(rejects) event_id ON CONFLICT DO NOTHING;
END $$;
