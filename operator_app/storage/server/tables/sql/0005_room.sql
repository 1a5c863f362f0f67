-- Several seats at one incident: a clash is ended by a choice only, an edit of a clock that ran ahead does not win over
-- one whose writer had seen it, an incident can be taken over, and windows tell what they have in the form.

CREATE OR REPLACE FUNCTION settle_field(held jsonb, e event) RETURNS jsonb
LANGUAGE plpgsql STABLE AS $$
DECLARE
    fresh jsonb := coalesce(e.body->'value', 'null');
    chosen jsonb := CASE jsonb_typeof(e.body->'settles') WHEN 'array' THEN e.body->'settles' ELSE '[]' END;
    overtaken jsonb := '{}';
    clashes jsonb := '[]';
BEGIN
    IF e.base IS NOT NULL AND EXISTS (SELECT FROM event b WHERE b.id = e.base AND b.incident_id = e.incident_id
        AND (b.hlc, b.id) > (e.hlc, e.id)) THEN
        overtaken := jsonb_build_object(e.base::text, 1);
    END IF;
    IF held IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(held->'clashes') WITH ORDINALITY AS each (c, n) WHERE NOT chosen ? (c->>'event');
        IF coalesce(held->'overtaken', '{}') ? e.id::text THEN
            RETURN held || jsonb_build_object('clashes', clashes);
        END IF;
        overtaken := overtaken || coalesce(held->'overtaken', '{}');
        IF e.base IS DISTINCT FROM (held->>'event')::uuid AND held->>'seat' <> e.seat
            AND NOT chosen ? (held->>'event') THEN
            SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
            FROM jsonb_array_elements(clashes) WITH ORDINALITY AS each (c, n)
            WHERE c->>'seat' NOT IN (e.seat, held->>'seat');
            clashes := clashes
                || jsonb_build_object('value', held->'value', 'event', held->'event', 'seat', held->'seat');
        END IF;
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(clashes) WITH ORDINALITY AS each (c, n) WHERE c->'value' <> fresh;
    END IF;
    RETURN jsonb_build_object('value', fresh, 'event', e.id, 'hlc', e.hlc, 'seat', e.seat, 'at', e.occurred_at,
        'clashes', clashes, 'overtaken', overtaken);
END $$;

ALTER TABLE incident ADD COLUMN owner text;
COMMENT ON COLUMN incident.owner IS 'The seat that looks after it: the one that opened it, or the last that took it over.';
CREATE FUNCTION owner_of(wanted uuid) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT seat FROM event
    WHERE incident_id = wanted AND v <= 1 AND (op = 'incident.taken'
        OR id = (SELECT id FROM event WHERE incident_id = wanted AND v <= 1 AND op = 'incident.opened'
            ORDER BY hlc, id LIMIT 1))
    ORDER BY op = 'incident.taken' DESC, hlc DESC, id DESC LIMIT 1
$$;
CREATE FUNCTION keep_owner() RETURNS trigger
LANGUAGE plpgsql SET search_path = op112, pg_temp AS $$
BEGIN
    NEW.owner := owner_of(NEW.id);
    RETURN NEW;
END $$;
-- A trigger, so that the folds of other steps stay as they are.
CREATE TRIGGER incident_owner BEFORE INSERT OR UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION keep_owner();
UPDATE incident SET owner = seat WHERE status NOT IN ('closed', 'cancelled', 'merged');

ALTER FUNCTION check_fact(text, integer, uuid, jsonb) RENAME TO check_fact_0004;
CREATE FUNCTION check_fact(op text, v integer, incident_id uuid, body jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
BEGIN
    PERFORM check_fact_0004(op, v, incident_id, body);
    IF v > 1 THEN
        RETURN;
    ELSIF op = 'incident.taken' THEN
        PERFORM must_be(body, 'from_seat', 'string');
        IF incident_id IS NULL THEN
            RAISE EXCEPTION '% names no incident', op USING ERRCODE = 'OP002';
        END IF;
    ELSIF op = 'incident.field_set' AND jsonb_typeof(coalesce(body->'settles', 'null')) <> 'null' THEN
        PERFORM must_be_texts(body, 'settles');
    END IF;
END $$;

CREATE UNLOGGED TABLE at_hand (
    "window" uuid PRIMARY KEY,
    seat text NOT NULL,
    role text NOT NULL,
    incident_id uuid,
    field text NOT NULL,
    told_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE at_hand IS 'Which incident each window has in its form, and the field under the hand; of this minute only.';

CREATE FUNCTION at_hand_v1(window_id uuid, seat_name text, role_name text, incident uuid, field_name text)
RETURNS jsonb
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp SET synchronous_commit = off AS $$
DECLARE
    now_at timestamptz := clock_timestamp();
    others jsonb;
BEGIN
    IF incident IS NULL THEN
        DELETE FROM at_hand WHERE "window" = window_id;
    ELSE
        INSERT INTO at_hand VALUES (window_id, seat_name, role_name, incident, field_name, now_at)
        ON CONFLICT ("window") DO UPDATE
        SET incident_id = excluded.incident_id, field = excluded.field, told_at = excluded.told_at;
    END IF;
    DELETE FROM at_hand WHERE told_at < now_at - interval '1 minute';
    SELECT jsonb_agg(jsonb_build_array(seat, role, incident_id, field) ORDER BY role, seat) INTO others
    FROM at_hand WHERE "window" <> window_id AND told_at > now_at - interval '5 seconds';
    RETURN coalesce(others, '[]');
END $$;
REVOKE ALL ON FUNCTION at_hand_v1, owner_of, keep_owner, check_fact FROM PUBLIC;
GRANT EXECUTE ON FUNCTION at_hand_v1 TO op112_seat, op112_desk;

UPDATE compat SET proto = 3;
