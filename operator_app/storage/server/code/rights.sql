-- Who may read and call what, all of it: what does not stand here is closed. Callers' names and numbers are for members
-- of op112_reporter: every seat, and desks unless they were made without; walls read neither them nor free text.

ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA op112 FROM PUBLIC, op112_seat, op112_desk, op112_wall, op112_reporter;
REVOKE ALL ON ALL TABLES IN SCHEMA op112 FROM PUBLIC, op112_seat, op112_desk, op112_wall, op112_reporter;
GRANT USAGE ON SCHEMA op112 TO op112_seat, op112_desk, op112_wall;

GRANT SELECT ON room_event, incident_call, dispatch, rejected, seat, presence, person, agency, kind, login, journal_head,
    server_generation, compat, fact_kind, lasting, standing, set_aside, alembic_version TO op112_seat, op112_desk, op112_wall;
GRANT SELECT ON event, reporter, call, phone_call, alarm TO op112_reporter;
GRANT SELECT ON incident TO op112_seat, op112_desk;
GRANT SELECT (id, number, given_number, status, priority, kind, place, landmark, village, district, neighbourhood, lat,
    lon, opened_at, seat, updated_at, arrived_at, opened_hlc, opened_by) ON incident TO op112_wall;
GRANT SELECT (id, seat, direction, state, offered_at, answered_at, ended_at, classification, incident_id, key)
    ON call TO op112_desk, op112_wall;

GRANT EXECUTE ON FUNCTION server_mark_v1, server_mark_v2, watch_v1, heartbeat_v1, leave_v1, beat_v1, delta_v1, guard_v1,
    number_key, masked_number, masked_body TO op112_seat, op112_desk, op112_wall;
GRANT EXECUTE ON FUNCTION apply_events_v1, at_hand_v1 TO op112_seat, op112_desk;
