CREATE OR REPLACE VIEW phone_call AS
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
        FILTER (WHERE incident_id IS NOT NULL))[1] AS incident_id,
    ARRAY(SELECT jsonb_array_elements_text((array_agg(to_jsonb(emergency_ids)
        ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C") FILTER (WHERE emergency_ids <> '{}'))[1])) AS emergency_ids,
    coalesce((array_agg(device ORDER BY answered_at NULLS LAST, offered_at, id COLLATE "C")
        FILTER (WHERE device <> ''))[1], '') AS device
FROM call
GROUP BY coalesce(key, id), direction;
COMMENT ON VIEW phone_call IS 'One row a call of one person, at however many seats it rang; `seat` is the one that answered. Count calls here.';
COMMENT ON COLUMN phone_call.id IS 'What all offers of the call have in common, or the one offer''s own id.';
COMMENT ON COLUMN phone_call.direction IS 'in or out.';
COMMENT ON COLUMN phone_call.offered_at IS 'When it first rang at any seat.';
COMMENT ON COLUMN phone_call.answered_at IS 'When somebody answered; empty when nobody did.';
COMMENT ON COLUMN phone_call.ended_at IS 'When it was over at every seat.';
COMMENT ON COLUMN phone_call.seat IS 'The seat that answered, or where it rang first.';
COMMENT ON COLUMN phone_call.rang_at IS 'Every seat at which it rang.';
COMMENT ON COLUMN phone_call.number IS 'The other side''s number as the exchange told it; empty when withheld.';
COMMENT ON COLUMN phone_call.state IS 'ringing, dialling, connected; ended, abandoned (hung up before an answer), cut (a technical failure).';
COMMENT ON COLUMN phone_call.classification IS 'emergency, non_emergency, information, prank, ghost, misdirected, test; empty while undecided.';
COMMENT ON COLUMN phone_call.incident_id IS 'The incident that it is a report of.';
COMMENT ON COLUMN phone_call.emergency_ids IS 'URNs by which the network names the emergency call and its incident.';
COMMENT ON COLUMN phone_call.device IS 'IMEI of the phone where the network gave it, or empty.';
