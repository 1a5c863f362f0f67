-- The oldest talk that this code still understands, and its own; PROTO in door.py. The doors of before (heartbeat_v1,
-- at_hand_v1, server_mark_v1) stay as long as min_proto lets their windows in.
UPDATE compat SET min_proto = 1, proto = 5 WHERE (min_proto, proto) <> (1, 5);
