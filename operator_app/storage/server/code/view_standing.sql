-- For people: whatever lasts in the room beside incidents and calls, under what it is about. Who may not read a word finds
-- it masked, as windows do.
CREATE OR REPLACE VIEW standing AS
SELECT split_part(l.thing, ' ', 1) AS about, substr(l.thing, position(' ' IN l.thing) + 1) AS which, e.op, e.occurred_at AS since,
    e.body->>'until' AS until, e.seat, e.actor, e.body
FROM lasting l JOIN room_event e ON e.id = l.event_id;
COMMENT ON VIEW standing IS 'What stands in the room beside incidents and calls: states of seats, kept places, cards, agencies that cannot come. `until` is empty where nothing ends it but the next word.';
