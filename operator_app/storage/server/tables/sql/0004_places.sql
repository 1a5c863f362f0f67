-- A fresh window loads every place that the room keeps; they are few among millions.
CREATE INDEX event_place ON event (seq) WHERE op IN ('place.kept', 'place.dropped');
