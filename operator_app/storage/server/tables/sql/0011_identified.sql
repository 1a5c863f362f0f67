-- A call can be found by what the network names it: the URNs of Call-Info, and the IMEI of a phone without a SIM.
-- `call.identified` is not maskable: whoever may not read numbers is told that there is such a fact, and nothing of it.

ALTER TABLE call ADD COLUMN emergency_ids text[] NOT NULL DEFAULT '{}', ADD COLUMN device text NOT NULL DEFAULT '';
COMMENT ON COLUMN call.emergency_ids IS 'URNs by which the network names the emergency call and its incident (Call-Info). Find one by emergency_ids @> ARRAY[''urn:…''].';
COMMENT ON COLUMN call.device IS 'IMEI of the phone where the network gave it; one without a SIM has nothing else.';
CREATE INDEX call_emergency ON call USING gin (emergency_ids) WHERE emergency_ids <> '{}';
CREATE INDEX call_device ON call (device) WHERE device <> '';
