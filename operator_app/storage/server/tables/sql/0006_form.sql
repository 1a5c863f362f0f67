-- What an operator linked or merged by mistake is taken back. Triggers, so that the folds of other steps stay as they are.

ALTER FUNCTION legal_move(text, text, text) RENAME TO legal_move_before_0006;
CREATE FUNCTION legal_move(what text, from_state text, to_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT op112.legal_move_before_0006(what, from_state, to_state)
        OR (what = 'incident' AND from_state = 'merged' AND to_state IN ('new', 'forwarded', 'handled'))
$$;

-- Whether the latest word about that call and that incident is that it is no report of it.
CREATE FUNCTION is_unlinked(wanted uuid, wanted_call text) RETURNS boolean
LANGUAGE sql STABLE SET search_path = op112, pg_temp AS $$
    SELECT coalesce((
        SELECT op = 'call.unlinked' FROM event
        WHERE incident_id = wanted AND call_id = wanted_call AND v <= 1 AND (op IN ('call.linked', 'call.unlinked')
            OR id = (SELECT id FROM event WHERE incident_id = wanted AND v <= 1 AND op = 'incident.opened'
                ORDER BY hlc, id LIMIT 1))
        ORDER BY hlc DESC, id DESC LIMIT 1), false)
$$;

CREATE FUNCTION drop_unlinked() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM incident_call c WHERE c.incident_id = NEW.id AND is_unlinked(NEW.id, c.call_id);
    RETURN NULL;
END $$;
CREATE TRIGGER incident_unlinked AFTER INSERT OR UPDATE ON incident FOR EACH ROW EXECUTE FUNCTION drop_unlinked();

CREATE FUNCTION keep_unlinked_out() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF is_unlinked(NEW.incident_id, NEW.call_id) THEN
        RETURN NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER incident_call_unlinked BEFORE INSERT ON incident_call FOR EACH ROW EXECUTE FUNCTION keep_unlinked_out();

CREATE FUNCTION forget_unlinked() RETURNS trigger
LANGUAGE plpgsql AS $$
DECLARE
    link event;
BEGIN
    SELECT * INTO link FROM event
    WHERE call_id = NEW.id AND v <= 1 AND op IN ('call.linked', 'incident.opened') ORDER BY hlc DESC, id DESC LIMIT 1;
    IF NEW.incident_id IS NOT NULL AND EXISTS (SELECT FROM event u
        WHERE u.call_id = NEW.id AND u.v <= 1 AND u.op = 'call.unlinked' AND u.incident_id = link.incident_id
            AND (u.hlc, u.id) > (link.hlc, link.id)) THEN
        NEW.incident_id := NULL;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER call_unlinked BEFORE INSERT OR UPDATE ON call FOR EACH ROW EXECUTE FUNCTION forget_unlinked();

-- A new seat asks for every card that a supervisor ever published.
CREATE INDEX event_site_card ON event (hlc, id) WHERE op = 'site.card';

CREATE OR REPLACE FUNCTION is_maskable(op text, v integer) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT v <= 1 AND op IN (
        'call.offered', 'call.answered', 'call.ended', 'call.classified', 'call.linked', 'call.recorded',
        'incident.opened', 'incident.field_set', 'incident.moved', 'incident.noted', 'incident.answered',
        'dispatch.sent', 'dispatch.delivered', 'dispatch.moved', 'dispatch.overdue', 'seat.state',
        'call.unlinked', 'incident.overruled', 'incident.major', 'site.card')
$$;
