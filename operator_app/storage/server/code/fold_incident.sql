-- The same folds as operator_app/domain/incident.py and call.py, held equal by tests/contract/test_fold.py: pure functions
-- of the set of events, taken in the order (hlc, id). Nothing in here may fail on an event that check_fact let in.

CREATE OR REPLACE FUNCTION parse_position(position_text text, OUT lat double precision, OUT lon double precision)
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

-- The latest word in a slot, and those of other seats that lost against it and that nobody has decided about: the same as
-- settle in operator_app/domain/clash.py. `chosen` holds the events that a person has decided about or seen; who tells no
-- base is taken to have known everything, but where every release has told it.
CREATE OR REPLACE FUNCTION settle_word(held jsonb, e event, fresh jsonb, chosen jsonb, tells_base boolean) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    clashes jsonb := '[]';
BEGIN
    IF held IS NOT NULL THEN
        SELECT coalesce(jsonb_agg(c ORDER BY n), '[]') INTO clashes
        FROM jsonb_array_elements(held->'clashes') WITH ORDINALITY AS each (c, n) WHERE NOT chosen ? (c->>'event');
        IF e.base IS DISTINCT FROM (held->>'event')::uuid AND held->>'seat' <> e.seat
            AND NOT chosen ? (held->>'event') AND (tells_base OR e.base IS NOT NULL) THEN
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
        'clashes', clashes);
END $$;

CREATE OR REPLACE FUNCTION settle_field(held jsonb, e event) RETURNS jsonb
LANGUAGE sql IMMUTABLE AS $$
    SELECT settle_word(held, e, coalesce(e.body->'value', 'null'),
        CASE jsonb_typeof(e.body->'settles') WHEN 'array' THEN e.body->'settles' ELSE '[]' END
            || jsonb_build_array(e.base), true)
$$;

-- The dispatch after one step, or NULL when the step is impossible.
CREATE OR REPLACE FUNCTION step_dispatch(held jsonb, e event) RETURNS jsonb
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

CREATE OR REPLACE FUNCTION fold_incident(wanted uuid) RETURNS void
LANGUAGE plpgsql SET timezone = 'UTC' AS $$
DECLARE
    e event;
    i incident;
    fields jsonb := '{}';
    dispatches jsonb := '{}';
    step jsonb;
    linked text[] := '{}';
    unlinked text[] := '{}';
    rejects uuid[] := '{}';
    dispatch_id text;
    taken_by text;
    moved_by uuid;
    moved_at text;
    unheard boolean;
BEGIN
    PERFORM take_turns(ARRAY['i' || wanted]);
    i.id := wanted;
    i.status := 'new';
    FOR e IN SELECT * FROM counted WHERE incident_id = wanted ORDER BY hlc, id LOOP
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
            i.opened_hlc := e.hlc;
            i.opened_by := e.id;
            IF e.call_id IS NOT NULL THEN
                unlinked := array_remove(unlinked, e.call_id);
                IF e.call_id <> ALL (linked) THEN
                    linked := linked || e.call_id;
                END IF;
            END IF;
        WHEN 'incident.field_set' THEN
            fields := fields
                || jsonb_build_object(e.body->>'field', settle_field(fields->(e.body->>'field'), e));
        WHEN 'incident.moved' THEN
            unheard := coalesce(e.base <> moved_by AND e.seat <> moved_at, false);
            moved_by := e.id;
            moved_at := e.seat;
            IF e.body->>'to' = i.status THEN
                CONTINUE;
            -- Somebody who knew of the end takes it back; a step that did not know of it counts until it is decided.
            ELSIF i.status IN ('closed', 'cancelled') AND e.base IS NOT NULL AND e.body->>'to' <> 'merged'
                AND (e.body->>'to' NOT IN ('closed', 'cancelled') OR NOT unheard) THEN
                i.status := e.body->>'to';
            ELSIF i.status NOT IN ('closed', 'cancelled', 'merged') AND e.body->>'to' IN ('closed', 'cancelled') AND unheard THEN
                CONTINUE;
            ELSIF legal_move('incident', i.status, e.body->>'to') THEN
                i.status := e.body->>'to';
            ELSE
                rejects := rejects || e.id;
            END IF;
        WHEN 'incident.taken' THEN
            taken_by := e.seat;
        WHEN 'call.linked' THEN
            unlinked := array_remove(unlinked, e.call_id);
            IF e.call_id <> ALL (linked) THEN
                linked := linked || e.call_id;
            END IF;
        WHEN 'call.unlinked' THEN
            unlinked := unlinked || e.call_id;
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
    i.owner := coalesce(taken_by, i.seat);
    i.field_meta := fields - 'caller_name' - 'caller_number';
    i.kind := fields->'kind'->>'value';
    i.place := fields->'place'->>'value';
    i.landmark := fields->'landmark'->>'value';
    i.village := fields->'village'->>'value';
    i.district := fields->'district'->>'value';
    i.neighbourhood := fields->'neighbourhood'->>'value';
    i.text := fields->'text'->>'value';
    SELECT min(told) INTO i.priority
    FROM (SELECT fields->'priority'->>'value' UNION ALL
        SELECT c->>'value' FROM jsonb_array_elements(fields->'priority'->'clashes') c) word (told)
    WHERE told IN ('1', '2', '3', '4', '5');
    SELECT p.lat, p.lon INTO i.lat, i.lon FROM parse_position(fields->'position'->>'value') p;
    PERFORM write_incident(i), write_parts(wanted, fields, dispatches, linked, unlinked, rejects);
END $$;
