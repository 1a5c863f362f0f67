CREATE OR REPLACE FUNCTION masked_number(number text, key bytea) RETURNS text
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

CREATE OR REPLACE FUNCTION masked_body(op text, body jsonb, key bytea, free_text_too boolean) RETURNS jsonb
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

-- A new sort of fact is told to walls and to desks without the right only once it stands here: when it holds nobody's
-- name or number, or when masked_body takes that out of it.
CREATE OR REPLACE FUNCTION is_maskable(op text, v integer) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT v <= 1 AND op IN (
        'call.offered', 'call.answered', 'call.ended', 'call.classified', 'call.linked', 'call.recorded',
        'incident.opened', 'incident.field_set', 'incident.moved', 'incident.noted', 'incident.answered',
        'dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue', 'seat.state', 'call.measured',
        'call.unlinked', 'incident.overruled', 'incident.major', 'incident.taken', 'site.card',
        'place.kept', 'place.dropped')
$$;
