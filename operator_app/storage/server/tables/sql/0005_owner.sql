ALTER TABLE incident ADD COLUMN owner text;
COMMENT ON COLUMN incident.owner IS 'The seat that looks after it: the one that opened it, or the last that took it over.';

CREATE UNLOGGED TABLE at_hand (
    "window" uuid PRIMARY KEY,
    seat text NOT NULL,
    role text NOT NULL,
    incident_id uuid,
    field text NOT NULL,
    told_at timestamptz NOT NULL
) WITH (fillfactor = 50);
COMMENT ON TABLE at_hand IS 'Which incident each window has in its form, and the field under the hand; of this minute only.';
