-- Who may read what. Callers' names and numbers are for members of op112_reporter: every seat, and desks unless they
-- were made without; walls read neither them nor free text. A masked number keeps its identity: counts stay right.

CREATE FUNCTION masked_number(number text, key bytea) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN digits = '' THEN NULL
        ELSE '•' || lpad((('x' || substr(encode(sha256(key || convert_to(digits, 'UTF8')), 'hex'), 1, 15))::bit(60)::bigint
            % 10000000000)::text, 10, '0')
    END
    FROM (SELECT CASE
            WHEN plain LIKE '62%' AND length(plain) > 9 THEN '0' || substr(plain, 3) ELSE plain END AS digits
        FROM (SELECT regexp_replace(coalesce(number, ''), '[^0-9]', '', 'g') AS plain) p) d
$$;

CREATE FUNCTION masked_body(op text, body jsonb, key bytea, free_text_too boolean) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT CASE op
        WHEN 'call.offered' THEN body
            || jsonb_build_object('number', masked_number(body->>'number', key), 'display_name', '')
        WHEN 'incident.field_set' THEN CASE
            WHEN body->>'value' IS NULL THEN body
            WHEN body->>'field' = 'caller_number'
                THEN body || jsonb_build_object('value', coalesce(masked_number(body->>'value', key), '•••'))
            WHEN body->>'field' ~ '^(caller|reporter)' OR (free_text_too AND body->>'field' NOT IN (
                'place', 'landmark', 'village', 'district', 'neighbourhood', 'position', 'kind', 'priority'))
                THEN body || '{"value": "•••"}'
            ELSE body END
        WHEN 'incident.noted' THEN CASE WHEN free_text_too THEN body || '{"text": "•••"}' ELSE body END
        WHEN 'incident.answered' THEN CASE WHEN free_text_too AND body->>'answer' IS NOT NULL
            THEN body || '{"answer": "•••"}' ELSE body END
        ELSE body
    END
$$;

-- Facts that hold nobody's name but where masked_body knows it. Others are told as facts that nobody can read.
CREATE FUNCTION is_maskable(op text, v integer) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT v <= 1 AND op IN (
        'call.offered', 'call.answered', 'call.ended', 'call.classified', 'call.linked', 'call.recorded',
        'incident.opened', 'incident.field_set', 'incident.moved', 'incident.noted', 'incident.answered',
        'dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue', 'seat.state')
$$;

CREATE VIEW room_event AS
SELECT e.id, e.seq, e.xid, e.incident_id, e.call_id, e.journal_id, e.journal_seq, e.seat, e.actor, e.op,
    CASE WHEN r.whole OR is_maskable(e.op, e.v) THEN e.v ELSE greatest(e.v, 1000) END AS v,
    CASE WHEN r.whole THEN e.body
        WHEN is_maskable(e.op, e.v) THEN masked_body(e.op, e.body, k.key, r.wall)
        ELSE '{}' END AS body,
    e.base, e.hlc, e.occurred_at, e.received_at
FROM event e, mask_key k, (
    SELECT pg_has_role(session_user, 'op112_reporter', 'MEMBER') AS whole,
        pg_has_role(session_user, 'op112_wall', 'MEMBER') AS wall) r;
COMMENT ON VIEW room_event IS 'The log as far as whoever asks may read it; every window reads this.';

CREATE VIEW phone_call AS
SELECT coalesce(key, id) AS id, direction, min(offered_at) AS offered_at, min(answered_at) AS answered_at,
    CASE WHEN NOT bool_or(state = 'connected')
        AND (bool_or(answered_at IS NOT NULL) OR NOT bool_or(state IN ('ringing', 'dialling')))
        THEN max(ended_at) END AS ended_at,
    (array_agg(seat ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C"))[1] AS seat,
    array_agg(DISTINCT seat) AS rang_at,
    (array_agg(number ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C") FILTER (WHERE number IS NOT NULL))[1] AS number,
    CASE
        WHEN bool_or(state = 'connected') THEN 'connected'
        WHEN bool_or(answered_at IS NOT NULL) THEN
            (array_agg(state ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C"))[1]
        WHEN bool_or(state = 'ringing') THEN 'ringing'
        WHEN bool_or(state = 'dialling') THEN 'dialling'
        WHEN bool_or(state = 'abandoned') THEN 'abandoned'
        WHEN bool_or(state = 'cut') THEN 'cut'
        ELSE 'ended'
    END AS state,
    (array_agg(classification ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE classification IS NOT NULL))[1] AS classification,
    (array_agg(incident_id ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE incident_id IS NOT NULL))[1] AS incident_id
FROM call
GROUP BY coalesce(key, id), direction;
COMMENT ON VIEW phone_call IS 'One row a call of one person, at however many seats it rang; `seat` is the one that answered. Count calls here.';

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA op112 FROM PUBLIC;
REVOKE SELECT ON event, reporter, call, incident, alarm FROM op112_desk, op112_wall;
GRANT SELECT ON room_event, person, agency, kind TO op112_seat, op112_desk, op112_wall;
GRANT SELECT ON event, reporter, call, phone_call, alarm TO op112_reporter;
GRANT SELECT ON incident TO op112_desk;
GRANT SELECT (id, number, given_number, status, priority, kind, place, landmark, village, district, neighbourhood, lat,
    lon, opened_at, seat, updated_at, arrived_at, opened_hlc, opened_by) ON incident TO op112_wall;
GRANT SELECT (id, seat, direction, state, offered_at, answered_at, ended_at, classification, incident_id, key)
    ON call TO op112_desk, op112_wall;
GRANT EXECUTE ON FUNCTION server_mark_v1, server_mark_v2, watch_v1, heartbeat_v1, leave_v1, masked_number, masked_body,
    is_maskable TO op112_seat, op112_desk, op112_wall;
GRANT EXECUTE ON FUNCTION apply_events_v1 TO op112_seat, op112_desk;
