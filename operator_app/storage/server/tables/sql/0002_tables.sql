-- What the log proves, who may read whom, and which server it is. Only additions: windows of before go on as they are.

-- All at once and in the order in which windows take them, or a writer and this step could wait for each other.
LOCK TABLE journal_head, event, alarm, incident, reporter, incident_call, dispatch, rejected, call, seat, presence,
    server_generation, compat IN ACCESS EXCLUSIVE MODE;

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
CREATE INDEX call_key ON call (key) WHERE key IS NOT NULL;

CREATE TABLE person (
    name text NOT NULL,
    seat text NOT NULL,
    first_at timestamptz NOT NULL,
    last_at timestamptz NOT NULL,
    PRIMARY KEY (name, seat)
);
COMMENT ON TABLE person IS 'Who worked at which seat, from the first to the last event noted in that name. Callers are in reporter.';
INSERT INTO person
SELECT actor, seat, min(occurred_at), max(occurred_at) FROM event WHERE actor <> '' GROUP BY actor, seat;

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
