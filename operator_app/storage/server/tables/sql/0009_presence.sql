ALTER TABLE presence
    ADD COLUMN incident_id uuid,
    ADD COLUMN field text NOT NULL DEFAULT '',
    ADD COLUMN has_left boolean NOT NULL DEFAULT false,
    ADD COLUMN changed_at timestamptz NOT NULL DEFAULT clock_timestamp();
COMMENT ON COLUMN presence.incident_id IS 'Which incident it has in its form, if any.';
COMMENT ON COLUMN presence.field IS 'The field under the hand.';
COMMENT ON COLUMN presence.has_left IS 'It took its leave; the row stays, so that the others hear of it.';
COMMENT ON COLUMN presence.changed_at IS 'When there was last something to tell about it beside that it lives: came, came back, left, has another incident in hand.';
DROP TABLE at_hand;
