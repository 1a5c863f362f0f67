DROP TRIGGER IF EXISTS incident_owner ON incident;
DROP TRIGGER IF EXISTS incident_unlinked ON incident;
DROP TRIGGER IF EXISTS incident_call_unlinked ON incident_call;
DROP TRIGGER IF EXISTS call_unlinked ON call;
