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

CREATE OR REPLACE FUNCTION write_incident(i incident) RETURNS void
LANGUAGE plpgsql AS $$
DECLARE
    before incident;
    earlier bigint;
BEGIN
    i.given_number := i.number;
    SELECT hlc, id INTO i.opened_hlc, i.opened_by FROM event
    WHERE incident_id = i.id AND op = 'incident.opened' AND v <= 1 ORDER BY hlc, id LIMIT 1;
    SELECT * INTO before FROM incident WHERE id = i.id;
    SELECT count(*) INTO earlier FROM incident
    WHERE given_number = i.given_number AND id <> i.id AND (opened_hlc, opened_by) < (i.opened_hlc, i.opened_by);
    IF earlier > 0 THEN
        i.number := i.given_number || '-' || (earlier + 1);
    END IF;
    INSERT INTO incident SELECT i.*
    ON CONFLICT (id) DO UPDATE SET
        number = excluded.number, status = excluded.status, priority = excluded.priority, kind = excluded.kind,
        place = excluded.place, landmark = excluded.landmark, village = excluded.village,
        district = excluded.district, neighbourhood = excluded.neighbourhood, lat = excluded.lat,
        lon = excluded.lon, text = excluded.text, opened_at = excluded.opened_at, seat = excluded.seat,
        updated_at = excluded.updated_at, arrived_at = excluded.arrived_at, field_meta = excluded.field_meta,
        given_number = excluded.given_number, opened_hlc = excluded.opened_hlc, opened_by = excluded.opened_by;
    -- Seldom: it is new, or an earlier opening came late, which may also change who of two came first.
    IF (before.given_number, before.opened_by) IS DISTINCT FROM (i.given_number, i.opened_by) THEN
        PERFORM renumber(given) FROM unnest(ARRAY[before.given_number, i.given_number]) given WHERE given IS NOT NULL;
    END IF;
END $$;

-- Triggers also fire for an administrator who mends a table by hand, whatever search path that one has.
ALTER FUNCTION drop_unlinked() SET search_path = op112, pg_temp;
ALTER FUNCTION keep_unlinked_out() SET search_path = op112, pg_temp;
ALTER FUNCTION forget_unlinked() SET search_path = op112, pg_temp;
