CREATE OR REPLACE FUNCTION check_writer(op text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
BEGIN
    IF pg_has_role(session_user, 'op112_seat', 'MEMBER') THEN
        RETURN;
    ELSIF pg_has_role(session_user, 'op112_desk', 'MEMBER') AND op IN (
        'dispatch.delivered', 'dispatch.moved', 'incident.moved', 'incident.noted', 'seat.state') THEN
        RETURN;
    END IF;
    RAISE EXCEPTION '% may not write %', session_user, op USING ERRCODE = 'OP001';
END $$;
