CREATE OR REPLACE FUNCTION must_be(body jsonb, name text, kind text, may_be_null boolean DEFAULT false) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(coalesce(body->name, 'null')) <> kind
        AND NOT (may_be_null AND jsonb_typeof(coalesce(body->name, 'null')) = 'null') THEN
        RAISE EXCEPTION '% is no %', name, kind USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION must_be_one_of(body jsonb, name text, known text[]) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF (body->>name = ANY (known)) IS NOT TRUE THEN
        RAISE EXCEPTION '% is unknown as %', coalesce(body->>name, 'nothing'), name USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION must_be_int(body jsonb, name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM must_be(body, name, 'number');
    IF (body->>name) !~ '^-?[0-9]{1,9}$' THEN
        RAISE EXCEPTION '% is no whole number', name USING ERRCODE = 'OP002';
    END IF;
END $$;

CREATE OR REPLACE FUNCTION must_be_texts(body jsonb, name text) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM must_be(body, name, 'array');
    IF EXISTS (SELECT FROM jsonb_array_elements(body->name) each WHERE jsonb_typeof(each) <> 'string') THEN
        RAISE EXCEPTION '% holds something else than text', name USING ERRCODE = 'OP002';
    END IF;
END $$;

-- Lets in every fact that windows can read; a fact of a newer version is let in as it is.
CREATE OR REPLACE FUNCTION check_fact(op text, v integer, incident_id uuid, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    IF jsonb_typeof(body) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'body is no object' USING ERRCODE = 'OP002';
    ELSIF v > 1 THEN
        RETURN;
    END IF;
    IF (op LIKE 'incident.%' OR op LIKE 'dispatch.%' OR op = 'call.linked') AND incident_id IS NULL
        AND op IN ('incident.opened', 'incident.field_set', 'incident.moved', 'incident.noted', 'incident.taken',
            'dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue', 'call.linked') THEN
        RAISE EXCEPTION '% names no incident', op USING ERRCODE = 'OP002';
    END IF;
    IF op IN ('call.offered', 'call.identified', 'call.answered', 'call.ended', 'call.classified', 'call.linked',
        'call.recorded') THEN
        PERFORM must_be(body, 'call_id', 'string');
    ELSIF op IN ('dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue') THEN
        PERFORM must_be(body, 'dispatch_id', 'string');
    END IF;
    CASE op
    WHEN 'call.offered' THEN
        PERFORM must_be(body, 'direction', 'string'), must_be(body, 'number', 'string', true),
            must_be(body, 'display_name', 'string'), must_be(body, 'key', 'string', true);
    WHEN 'call.identified' THEN
        PERFORM must_be_texts(body, 'emergency_ids'), must_be(body, 'device', 'string');
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
        IF jsonb_typeof(coalesce(body->'settles', 'null')) <> 'null' THEN
            PERFORM must_be_texts(body, 'settles');
        END IF;
    WHEN 'incident.moved' THEN
        PERFORM must_be(body, 'reason', 'string'), must_be_one_of(body, 'to', ARRAY[
            'new', 'forwarded', 'handled', 'done', 'closed', 'cancelled', 'merged']);
    WHEN 'incident.taken' THEN
        PERFORM must_be(body, 'from_seat', 'string');
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
