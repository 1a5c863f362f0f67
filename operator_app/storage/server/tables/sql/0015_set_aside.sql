CREATE TABLE set_aside (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id uuid NOT NULL REFERENCES event,
    reason text NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    login text NOT NULL DEFAULT session_user,
    back_at timestamptz,
    back_login text,
    back_reason text
);
COMMENT ON TABLE set_aside IS 'Events that an owner took from all readers, by whom, when and why; the log itself stays as it is. No row is ever removed.';
COMMENT ON COLUMN set_aside.back_at IS 'When it was given back to the readers.';
CREATE UNIQUE INDEX set_aside_event ON set_aside (event_id) WHERE back_at IS NULL;
