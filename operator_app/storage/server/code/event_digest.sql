CREATE OR REPLACE FUNCTION event_digest(before bytea, e event) RETURNS bytea
LANGUAGE sql STABLE SET timezone = 'UTC' AS $$
    SELECT sha256(coalesce(before, ''::bytea) || convert_to(jsonb_build_array(
        e.id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op, e.v, e.body, e.base, e.hlc, e.incident_id, e.call_id,
        extract(epoch FROM e.occurred_at), extract(epoch FROM e.received_at), e.login, e.link)::text, 'UTF8'))
$$;
