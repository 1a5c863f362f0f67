-- Whoever folds something holds a row of these until its commit. Rows of the owner's own, not advisory locks: those
-- can be taken by anybody who can log in anywhere on the server.
CREATE TABLE turn (n smallint PRIMARY KEY);
COMMENT ON TABLE turn IS 'Locked row by row by the doors, so that two of them do not fold one thing at once (take_turns).';
INSERT INTO turn SELECT n FROM generate_series(0, 4095) n;

ALTER TABLE presence ADD COLUMN login text;
COMMENT ON COLUMN presence.login IS 'The database login that tells of this window; no other may, while it lives.';
ALTER TABLE login ADD COLUMN seat text;
COMMENT ON COLUMN login.seat IS 'The only seat for which this login may tell that it lives; empty for logins of before.';
