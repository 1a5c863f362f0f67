CREATE OR REPLACE FUNCTION apply_events_v1(journal uuid, seat_name text, events jsonb)
RETURNS TABLE (event_id uuid, result text)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = op112, pg_temp AS $$
#variable_conflict use_column
DECLARE
    given jsonb;
    place integer := 0;
    read event[] := '{}';
    turns text[] := '{}';
    e event;
    held event;
    head journal_head;
    fresh jsonb[] := '{}';
    incidents uuid[] := '{}';
    calls text[] := '{}';
    seats text[] := '{}';
    opened uuid[] := '{}';
BEGIN
    IF jsonb_typeof(events) IS DISTINCT FROM 'array' OR jsonb_array_length(events) > (bounds()->>'batch_events')::integer
        OR octet_length(events::text) > (bounds()->>'batch_bytes')::integer THEN
        RAISE EXCEPTION 'a batch is an array of at most % events and % bytes', bounds()->>'batch_events',
            bounds()->>'batch_bytes' USING ERRCODE = 'OP002';
    ELSIF length(seat_name) NOT BETWEEN 1 AND (bounds()->>'name_chars')::integer THEN
        RAISE EXCEPTION 'a seat''s name has at most % letters', bounds()->>'name_chars' USING ERRCODE = 'OP002';
    END IF;
    PERFORM note_timeline();
    INSERT INTO journal_head (journal_id, seat) VALUES (journal, seat_name) ON CONFLICT DO NOTHING;
    SELECT * INTO head FROM journal_head WHERE journal_id = journal FOR UPDATE;
    FOR given IN SELECT value FROM jsonb_array_elements(events) LOOP
        e := read_record(given);
        IF e.journal_id IS DISTINCT FROM journal OR e.seat IS DISTINCT FROM seat_name THEN
            RAISE EXCEPTION 'event % is of another journal or seat', e.id USING ERRCODE = 'OP002';
        END IF;
        read := read || e;
        turns := turns || ARRAY['i' || e.incident_id, 'c' || e.call_id,
            CASE e.op WHEN 'seat.state' THEN 's' || e.seat WHEN 'incident.opened' THEN 'n' || (e.body->>'number') END];
    END LOOP;
    -- Whoever folds something holds its turn until the commit, so that the next one folds all of it.
    PERFORM take_turns(turns);

    FOREACH e IN ARRAY read LOOP
        given := events->place;
        place := place + 1;
        event_id := e.id;
        SELECT * INTO held FROM event WHERE id = e.id OR (journal_id = journal AND journal_seq = e.journal_seq)
        ORDER BY id = e.id DESC LIMIT 1;
        IF NOT FOUND THEN
            PERFORM check_bounds(e, given), check_writer(e.op), check_fact(e.op, e.v, e.incident_id, e.body);
            e.received_at := clock_timestamp();
            e.login := session_user;
            e.link := head.links + 1;
            e.hash := event_digest(head.hash, e);
            INSERT INTO event (id, incident_id, call_id, journal_id, journal_seq, seat, actor, op, v, body, base, hlc,
                occurred_at, received_at, login, link, hash)
            VALUES (e.id, e.incident_id, e.call_id, journal, e.journal_seq, e.seat, e.actor, e.op, e.v, e.body,
                e.base, e.hlc, e.occurred_at, e.received_at, e.login, e.link, e.hash);
            head.links := e.link;
            head.hash := e.hash;
            head.last_seq := greatest(head.last_seq, e.journal_seq);
            result := 'new';
            fresh := fresh || given;
            incidents := incidents || e.incident_id;
            calls := calls || e.call_id;
            IF e.op = 'seat.state' THEN
                seats := seats || e.seat;
            ELSIF e.op = 'incident.opened' THEN
                opened := opened || e.incident_id;
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
    PERFORM fold_person(fresh), fold_lasting(ARRAY(SELECT (each->>'id')::uuid FROM unnest(fresh) each));
    INSERT INTO alarm (kind, journal_id, seat, event_id, detail)
    SELECT 'number twice', journal, seat_name, i.opened_by, jsonb_build_object('number', i.given_number)
    FROM incident i
    WHERE i.id = ANY (opened)
        AND EXISTS (SELECT FROM incident o WHERE o.given_number = i.given_number AND o.id <> i.id);
    UPDATE journal_head
    SET last_seq = head.last_seq, events = journal_head.events + cardinality(fresh), seat = seat_name,
        links = head.links, hash = head.hash, last_seen = clock_timestamp()
    WHERE journal_id = journal;
    -- A hint only: any login can notify and listen, so it says nothing about anybody and is not believed. Nor may it stop
    -- a write: a queue that somebody filled is left alone (the question also frees what nobody needs any more), and
    -- windows learn of the news by their next beat.
    IF cardinality(fresh) > 0 AND pg_notification_queue_usage() < 0.5 THEN
        PERFORM pg_notify('op112', cardinality(fresh)::text);
    END IF;
END $$;
COMMENT ON FUNCTION apply_events_v1 IS
    'Takes events of one journal, each once: new, known (was there), differs (same id, other content), taken (same number, other event).';
