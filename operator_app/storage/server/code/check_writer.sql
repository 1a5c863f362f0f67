-- Seats write all but what is a desk's alone, also what is not known here yet; a supervisor's right is asked at the seat.
CREATE OR REPLACE FUNCTION check_writer(op text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    writers text[] := (SELECT written_by FROM fact_kind k WHERE k.op = check_writer.op);
BEGIN
    IF pg_has_role(session_user, 'op112_seat', 'MEMBER') AND coalesce(writers && '{seat,supervisor}', true) THEN
        RETURN;
    ELSIF pg_has_role(session_user, 'op112_desk', 'MEMBER') AND 'desk' = ANY (writers) THEN
        RETURN;
    END IF;
    RAISE EXCEPTION '% may not write %', session_user, op USING ERRCODE = 'OP001';
END $$;
