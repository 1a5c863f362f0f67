-- Schema op112. `event` is the record; every other table about calls and incidents is a projection of it that can be
-- rebuilt at any time (rebuild_projections) and is there to be read by people and reports.

CREATE TABLE event (
    id uuid PRIMARY KEY,
    seq bigint GENERATED ALWAYS AS IDENTITY,
    xid xid8 NOT NULL DEFAULT pg_current_xact_id(),
    incident_id uuid,
    call_id text,
    journal_id uuid NOT NULL,
    journal_seq bigint NOT NULL,
    seat text NOT NULL,
    actor text NOT NULL,
    op text NOT NULL,
    v integer NOT NULL,
    body jsonb NOT NULL,
    base uuid,
    hlc bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    login name NOT NULL DEFAULT session_user,
    UNIQUE (journal_id, journal_seq)
);
COMMENT ON TABLE event IS 'Append-only log of everything that happened; legal order is received_at and the journal''s own sequence.';
COMMENT ON COLUMN event.xid IS 'The writing transaction: readers ask what is not visible in their last snapshot.';
COMMENT ON COLUMN event.base IS 'The event whose value the writer saw.';
COMMENT ON COLUMN event.hlc IS 'Hybrid logical clock: milliseconds since 1970 UTC << 16 | counter.';
COMMENT ON COLUMN event.occurred_at IS 'The seat''s clock, corrected by its measured offset to this server.';
COMMENT ON COLUMN event.login IS 'The database login that delivered it.';
CREATE INDEX event_xid ON event (xid, seq);
CREATE INDEX event_incident ON event (incident_id, hlc, id) WHERE incident_id IS NOT NULL;
CREATE INDEX event_call ON event (call_id, hlc, id) WHERE call_id IS NOT NULL;
CREATE INDEX event_seat_state ON event (seat, hlc, id) WHERE op = 'seat.state';

CREATE TABLE journal_head (
    journal_id uuid PRIMARY KEY,
    seat text NOT NULL,
    last_seq bigint NOT NULL DEFAULT 0,
    events bigint NOT NULL DEFAULT 0,
    last_seen timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE journal_head IS 'How far each seat''s journal has arrived; events < last_seq means that some were set aside at the seat.';

CREATE TABLE incident (
    id uuid PRIMARY KEY,
    number text,
    status text NOT NULL,
    priority smallint,
    kind text,
    place text,
    landmark text,
    village text,
    district text,
    neighbourhood text,
    lat double precision,
    lon double precision,
    text text,
    opened_at timestamptz,
    seat text,
    updated_at timestamptz NOT NULL,
    arrived_at timestamptz NOT NULL,
    field_meta jsonb NOT NULL
);
COMMENT ON TABLE incident IS 'What happened; number and opened_at are empty while the event that opened it is still on its way.';
COMMENT ON COLUMN incident.field_meta IS 'Per field: value, event, hlc, seat, at, and the clashes that nobody has decided.';
CREATE INDEX incident_open ON incident (priority, opened_at DESC) WHERE status NOT IN ('closed', 'cancelled', 'merged');
CREATE INDEX incident_number ON incident (number);
CREATE INDEX incident_arrived ON incident (arrived_at);

CREATE TABLE reporter (
    incident_id uuid PRIMARY KEY REFERENCES incident ON DELETE CASCADE,
    name text,
    number text,
    field_meta jsonb NOT NULL
);
COMMENT ON TABLE reporter IS 'Who reported an incident: kept apart, so that it can be shown to fewer and deleted earlier.';

CREATE TABLE incident_call (
    incident_id uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    call_id text NOT NULL,
    place integer NOT NULL,
    PRIMARY KEY (incident_id, call_id)
);
CREATE INDEX incident_call_call ON incident_call (call_id);

CREATE TABLE dispatch (
    incident_id uuid NOT NULL REFERENCES incident ON DELETE CASCADE,
    id text NOT NULL,
    place integer NOT NULL,
    agency text NOT NULL,
    state text NOT NULL,
    seat text NOT NULL,
    ack_within_s integer NOT NULL,
    sent_at timestamptz NOT NULL,
    delivered_at timestamptz,
    accepted_at timestamptz,
    under_way_at timestamptz,
    on_scene_at timestamptz,
    done_at timestamptz,
    declined_at timestamptz,
    overdue_at timestamptz,
    reason text NOT NULL,
    PRIMARY KEY (incident_id, id)
);
CREATE INDEX dispatch_agency ON dispatch (agency, sent_at DESC);

CREATE TABLE call (
    id text PRIMARY KEY,
    seat text NOT NULL,
    direction text NOT NULL,
    number text,
    display_name text NOT NULL,
    state text NOT NULL,
    offered_at timestamptz NOT NULL,
    answered_at timestamptz,
    ended_at timestamptz,
    end_reason text NOT NULL,
    classification text,
    incident_id uuid,
    recordings text[] NOT NULL,
    digests text[] NOT NULL
);
CREATE INDEX call_number ON call (number, offered_at DESC) WHERE number IS NOT NULL;
CREATE INDEX call_offered ON call (offered_at);

CREATE TABLE seat (
    name text PRIMARY KEY,
    state text NOT NULL,
    since timestamptz NOT NULL,
    hlc bigint NOT NULL,
    event_id uuid NOT NULL
);

CREATE TABLE rejected (
    event_id uuid PRIMARY KEY,
    incident_id uuid NOT NULL
);
COMMENT ON TABLE rejected IS 'Moves that were impossible when their turn came: kept in the log, without effect.';
CREATE INDEX rejected_incident ON rejected (incident_id);

CREATE TABLE alarm (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT clock_timestamp(),
    kind text NOT NULL,
    journal_id uuid,
    seat text,
    event_id uuid,
    detail jsonb NOT NULL
);
COMMENT ON TABLE alarm IS 'What must not happen: an event id or a journal''s sequence number that came twice with different content.';

CREATE UNLOGGED TABLE presence (
    seat text NOT NULL,
    role text NOT NULL,
    "window" uuid NOT NULL,
    version text NOT NULL,
    waiting integer NOT NULL,
    last_seen timestamptz NOT NULL,
    PRIMARY KEY (seat, role)
) WITH (fillfactor = 50);
COMMENT ON TABLE presence IS 'Windows and when each was last heard of.';

CREATE TABLE login (
    name text PRIMARY KEY,
    role text NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE server_generation (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    id uuid NOT NULL DEFAULT gen_random_uuid(),
    since timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE server_generation IS 'Renewed whenever the log is restored or moved: snapshots of another generation mean nothing here.';
INSERT INTO server_generation DEFAULT VALUES;

CREATE TABLE compat (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    min_proto integer NOT NULL,
    proto integer NOT NULL
);
COMMENT ON TABLE compat IS 'The talk between windows and server: the oldest version still understood, and the newest.';
INSERT INTO compat (min_proto, proto) VALUES (1, 1);
