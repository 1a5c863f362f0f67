-- One record of to_record (domain/event.py) as a row, not yet checked.
CREATE OR REPLACE FUNCTION read_record(given jsonb) RETURNS event
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    e event;
BEGIN
    IF given->>'occurred_at' !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$' THEN
        RAISE EXCEPTION 'occurred_at is no time' USING ERRCODE = 'OP002';
    END IF;
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
    IF e.v <= 1 AND (e.op LIKE 'call.%' OR e.op = 'incident.opened') THEN
        e.call_id := e.body->>'call_id';
    END IF;
    RETURN e;
END $$;
