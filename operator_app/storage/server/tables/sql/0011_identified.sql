-- A call can be found by what the network names it: the URNs of Call-Info, and the IMEI of a phone without a SIM.
-- `call.identified` is not maskable: whoever may not read numbers is told that there is such a fact, and nothing of it.

ALTER TABLE call ADD COLUMN emergency_ids text[] NOT NULL DEFAULT '{}', ADD COLUMN device text NOT NULL DEFAULT '';
COMMENT ON COLUMN call.emergency_ids IS 'URNs by which the network names the emergency call and its incident (Call-Info). Find one by emergency_ids @> ARRAY[''urn:…''].';
COMMENT ON COLUMN call.device IS 'IMEI of the phone where the network gave it; one without a SIM has nothing else.';
CREATE INDEX call_emergency ON call USING gin (emergency_ids) WHERE emergency_ids <> '{}';
CREATE INDEX call_device ON call (device) WHERE device <> '';

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
    c.emergency_ids := '{}';
    c.device := '';
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
        WHEN 'call.identified' THEN
            c.emergency_ids := ARRAY(SELECT jsonb_array_elements_text(e.body->'emergency_ids'));
            c.device := e.body->>'device';
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
        recordings = excluded.recordings, digests = excluded.digests, key = excluded.key,
        emergency_ids = excluded.emergency_ids, device = excluded.device;
END $$;

CREATE OR REPLACE VIEW phone_call AS
SELECT coalesce(key, id) AS id, direction, min(offered_at) AS offered_at, min(answered_at) AS answered_at,
    CASE WHEN NOT bool_or(state = 'connected')
        AND (bool_or(answered_at IS NOT NULL) OR NOT bool_or(state IN ('ringing', 'dialling')))
        THEN max(ended_at) END AS ended_at,
    (array_agg(seat ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C"))[1] AS seat,
    array_agg(DISTINCT seat) AS rang_at,
    (array_agg(number ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C") FILTER (WHERE number IS NOT NULL))[1] AS number,
    CASE
        WHEN bool_or(state = 'connected') THEN 'connected'
        WHEN bool_or(answered_at IS NOT NULL) THEN
            (array_agg(state ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C"))[1]
        WHEN bool_or(state = 'ringing') THEN 'ringing'
        WHEN bool_or(state = 'dialling') THEN 'dialling'
        WHEN bool_or(state = 'abandoned') THEN 'abandoned'
        WHEN bool_or(state = 'cut') THEN 'cut'
        ELSE 'ended'
    END AS state,
    (array_agg(classification ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE classification IS NOT NULL))[1] AS classification,
    (array_agg(incident_id ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE incident_id IS NOT NULL))[1] AS incident_id,
    ARRAY(SELECT jsonb_array_elements_text((array_agg(to_jsonb(emergency_ids)
        ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C") FILTER (WHERE emergency_ids <> '{}'))[1])) AS emergency_ids,
    coalesce((array_agg(device ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE device <> ''))[1], '') AS device
FROM call
GROUP BY coalesce(key, id), direction;

ALTER FUNCTION check_fact(text, integer, uuid, jsonb) RENAME TO check_fact_0005;
CREATE FUNCTION check_fact(op text, v integer, incident_id uuid, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM check_fact_0005(op, v, incident_id, body);
    IF v <= 1 AND op = 'call.identified' THEN
        PERFORM must_be(body, 'call_id', 'string'), must_be_texts(body, 'emergency_ids'), must_be(body, 'device', 'string');
    END IF;
END $$;
REVOKE ALL ON FUNCTION check_fact FROM PUBLIC;
