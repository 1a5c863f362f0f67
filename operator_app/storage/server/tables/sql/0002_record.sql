-- What the log proves, and which server it is.

ALTER TABLE event ADD COLUMN link bigint, ADD COLUMN hash bytea;
COMMENT ON COLUMN event.link IS 'Place in the chain of its journal, in the order of arrival: 1, 2, 3 …; empty for events of before there was a chain.';
COMMENT ON COLUMN event.hash IS 'SHA-256 of the hash one link before and of this event; see verify_chain.';
ALTER TABLE journal_head ADD COLUMN links bigint NOT NULL DEFAULT 0, ADD COLUMN hash bytea;
COMMENT ON COLUMN journal_head.hash IS 'The newest hash of the chain: whoever keeps a copy of it elsewhere can prove that nothing was taken away.';

ALTER TABLE incident ADD COLUMN given_number text, ADD COLUMN opened_hlc bigint, ADD COLUMN opened_by uuid;
COMMENT ON COLUMN incident.number IS 'Unique: a number that was given out twice (a seat''s disk was put back) ends in -2, -3 … for the later ones.';
COMMENT ON COLUMN incident.given_number IS 'The number as the seat gave it out.';
COMMENT ON COLUMN incident.opened_by IS 'The event that opened it; with opened_hlc it decides which of two equal numbers came first.';
ALTER TABLE call ADD COLUMN key text;
COMMENT ON COLUMN call.key IS 'What all offers of one call have in common: X-Call-Ref, or the Call-ID of SIP. A call that rang at three seats is three rows of one key; see phone_call.';
CREATE INDEX incident_given ON incident (given_number);
CREATE INDEX call_key ON call (key) WHERE key IS NOT NULL;

CREATE TABLE person (
    name text NOT NULL,
    seat text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (name, seat)
);
COMMENT ON TABLE person IS 'Who worked at which seat, from the first to the last event noted in that name. Callers are in reporter.';

CREATE TABLE agency (
    code text PRIMARY KEY,
    name text NOT NULL,
    has_desk boolean NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE agency IS 'Agencies of the site pack as last told by `operator-app server site`, to read reports by; dispatch.agency is a code of these.';
CREATE TABLE kind (
    code text PRIMARY KEY,
    category text NOT NULL,
    name text NOT NULL,
    told_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
COMMENT ON TABLE kind IS 'Incident kinds of the site pack as last told by `operator-app server site`; incident.kind is a code of these.';

-- A standby does not know on which timeline it is: the primary writes it down, and it arrives with the rest.
ALTER TABLE server_generation ADD COLUMN timeline text;
COMMENT ON COLUMN server_generation.timeline IS 'Timeline of the primary that last wrote, eight hexadecimal digits.';
-- Unlogged tables cannot be read on a standby, where walls look.
ALTER TABLE presence SET LOGGED;

CREATE TABLE mask_key (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    key bytea NOT NULL DEFAULT uuid_send(gen_random_uuid()) || uuid_send(gen_random_uuid())
);
COMMENT ON TABLE mask_key IS 'Secret of the masks: the same number has the same mask, and nobody can go back from it.';
INSERT INTO mask_key DEFAULT VALUES;

-- For whoever writes a report: what each readable table and column says. All times are UTC with time zone.
COMMENT ON TABLE call IS 'One row for each seat at which a call rang or was dialled; one row a call is phone_call.';
COMMENT ON COLUMN call.seat IS 'The seat at which it rang.';
COMMENT ON COLUMN call.direction IS 'in or out.';
COMMENT ON COLUMN call.number IS 'The other side''s number as the exchange told it; empty when withheld.';
COMMENT ON COLUMN call.display_name IS 'The other side''s name as the exchange told it.';
COMMENT ON COLUMN call.state IS 'ringing, dialling, connected; ended, abandoned (hung up before an answer), cut (a technical failure).';
COMMENT ON COLUMN call.offered_at IS 'When it began to ring.';
COMMENT ON COLUMN call.answered_at IS 'When this seat answered it; empty when it did not.';
COMMENT ON COLUMN call.ended_at IS 'When it was over at this seat.';
COMMENT ON COLUMN call.end_reason IS 'The exchange''s words for the end.';
COMMENT ON COLUMN call.classification IS 'emergency, non_emergency, information, prank, ghost, misdirected, test.';
COMMENT ON COLUMN call.incident_id IS 'The incident that it is a report of.';
COMMENT ON COLUMN call.recordings IS 'File names in the recordings folder of the seat.';
COMMENT ON COLUMN call.digests IS 'SHA-256 of each recording, in the same order.';
COMMENT ON COLUMN incident.status IS 'new, forwarded, handled, done, closed; cancelled, merged.';
COMMENT ON COLUMN incident.priority IS '1 (life in danger) to 5 (information); empty while undecided.';
COMMENT ON COLUMN incident.kind IS 'Code of the kind; see table kind.';
COMMENT ON COLUMN incident.lat IS 'Degrees north, WGS 84.';
COMMENT ON COLUMN incident.lon IS 'Degrees east, WGS 84.';
COMMENT ON COLUMN incident.opened_at IS 'When its first word was written.';
COMMENT ON COLUMN incident.seat IS 'The seat that opened it.';
COMMENT ON COLUMN incident.updated_at IS 'When its last event happened.';
COMMENT ON COLUMN incident.arrived_at IS 'When its last event arrived at the server.';
COMMENT ON TABLE incident_call IS 'Which calls report which incident; place 0 is the call that opened it.';
COMMENT ON TABLE dispatch IS 'One agency''s share of an incident; each step has the time at which it happened.';
COMMENT ON COLUMN dispatch.agency IS 'Code of the agency; see table agency.';
COMMENT ON COLUMN dispatch.state IS 'sent, accepted, under_way, on_scene, done; declined.';
COMMENT ON COLUMN dispatch.seat IS 'The seat that sent it.';
COMMENT ON COLUMN dispatch.ack_within_s IS 'Seconds that the agency had to accept it.';
COMMENT ON COLUMN dispatch.delivered_at IS 'When the agency''s desk showed it; empty for agencies without a desk.';
COMMENT ON COLUMN dispatch.overdue_at IS 'When the time to accept it had passed in vain.';
COMMENT ON COLUMN dispatch.reason IS 'Words given with its last step, above all why it was declined.';
COMMENT ON COLUMN dispatch.place IS 'Order within the incident, from 0.';
COMMENT ON TABLE seat IS 'Each seat''s last told state: ready, talking, wrap_up, break, away.';
COMMENT ON COLUMN reporter.name IS 'The caller''s name as the operator wrote it.';
COMMENT ON COLUMN reporter.number IS 'The caller''s number as the operator wrote it.';
COMMENT ON TABLE login IS 'Windows that were let in by `operator-app server login`.';
