CREATE OR REPLACE FUNCTION fold_call(wanted text) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    e event;
    c call;
    said jsonb;
BEGIN
    PERFORM take_turns(ARRAY['c' || wanted]);
    SELECT * INTO e FROM counted
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
    FOR e IN SELECT * FROM counted WHERE call_id = wanted AND v <= 1 ORDER BY hlc, id LOOP
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
        WHEN 'call.caller_changed' THEN
            c.number := coalesce(e.body->>'number', c.number);
            c.display_name := coalesce(nullif(e.body->>'display_name', ''), c.display_name);
        WHEN 'call.identified' THEN
            c.emergency_ids := ARRAY(SELECT jsonb_array_elements_text(e.body->'emergency_ids'));
            c.device := e.body->>'device';
        WHEN 'call.classified' THEN
            -- Of two that did not know of each other the graver one counts, until somebody classifies it again.
            said := settle_word(CASE WHEN e.base IS DISTINCT FROM (said->>'event')::uuid THEN said END, e,
                e.body->'classification', jsonb_build_array(e.base), false);
            SELECT told INTO c.classification
            FROM (SELECT said->>'value', true UNION ALL
                SELECT each->>'value', false FROM jsonb_array_elements(said->'clashes') each) word (told, is_last)
            ORDER BY coalesce(array_position(ARRAY['information', 'non_emergency', 'emergency'], told), 0) DESC, is_last DESC
            LIMIT 1;
        WHEN 'call.linked', 'incident.opened' THEN
            c.incident_id := e.incident_id;
        WHEN 'call.unlinked' THEN
            IF e.incident_id = c.incident_id THEN
                c.incident_id := NULL;
            END IF;
        WHEN 'call.recorded' THEN
            c.recordings := ARRAY(SELECT jsonb_array_elements_text(e.body->'files'));
            c.digests := ARRAY(SELECT jsonb_array_elements_text(e.body->'sha256'));
        ELSE
            NULL;
        END CASE;
    END LOOP;
    INSERT INTO call (id, seat, direction, number, display_name, key, state, offered_at, answered_at, ended_at, end_reason,
        classification, incident_id, recordings, digests, emergency_ids, device)
    VALUES (c.id, c.seat, c.direction, c.number, c.display_name, c.key, c.state, c.offered_at, c.answered_at, c.ended_at,
        c.end_reason, c.classification, c.incident_id, c.recordings, c.digests, c.emergency_ids, c.device)
    ON CONFLICT (id) DO UPDATE SET
        seat = excluded.seat, direction = excluded.direction, number = excluded.number,
        display_name = excluded.display_name, state = excluded.state, offered_at = excluded.offered_at,
        answered_at = excluded.answered_at, ended_at = excluded.ended_at, end_reason = excluded.end_reason,
        classification = excluded.classification, incident_id = excluded.incident_id,
        recordings = excluded.recordings, digests = excluded.digests, key = excluded.key,
        emergency_ids = excluded.emergency_ids, device = excluded.device;
END $$;
