-- One record of to_record (domain/messages.py) as a row, checked.
CREATE OR REPLACE FUNCTION read_record(given jsonb) RETURNS event
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
DECLARE
    e event;
BEGIN
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
    PERFORM check_writer(e.op), check_fact(e.op, e.v, e.incident_id, e.body);
    IF e.v <= 1 AND (e.op LIKE 'call.%' OR e.op = 'incident.opened') THEN
        e.call_id := e.body->>'call_id';
    END IF;
    RETURN e;
END $$;
