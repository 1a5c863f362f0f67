-- A room of %(incidents)s incidents over a year, ten events each, with the tables that the log folds to; the newest
-- 300 are open. Numbers in comments of the facts are those of the ten: 1 offered … 10 moved.
CREATE TEMP TABLE step (k int, op text, seconds int);
INSERT INTO step VALUES (1, 'call.offered', 0), (2, 'call.answered', 6), (3, 'incident.opened', 9),
    (4, 'incident.field_set', 20), (5, 'incident.field_set', 21), (6, 'incident.field_set', 30),
    (7, 'incident.field_set', 32), (8, 'dispatch.sent', 60), (9, 'call.ended', 90), (10, 'incident.moved', 1800);

CREATE FUNCTION pg_temp.made_id(moment timestamptz, what text) RETURNS uuid LANGUAGE sql IMMUTABLE AS $$
    SELECT (lpad(to_hex((extract(epoch FROM moment) * 1000)::bigint), 12, '0') || '7' || substr(md5(what), 1, 3) || '8'
        || substr(md5(what), 4, 15))::uuid
$$;

CREATE TEMP TABLE made AS
SELECT i, at, pg_temp.made_id(at, 'i' || i) AS id, 'call-' || i AS call_id, 'M' || (i %% 10) AS seat,
    '0812' || lpad((hashint4(i)::bigint + 2147483648)::text, 10, '0') AS phone, -- the same caller calls again: below
    'KTM-' || to_char(at, 'YYMMDD') || '-M' || (i %% 10) || '-' || i AS number,
    (ARRAY['KEB-01', 'SAT-01', 'BEN-01', 'LAK-01', 'MED-01', 'UTL-01', 'KAM-02'])[1 + i %% 7] AS kind,
    1 + i %% 4 AS priority, round((0.45 + (abs(hashint4(i)) %% 10000) / 50000.0)::numeric, 5) AS lat,
    round((117.5 + (abs(hashint4(i + 7)) %% 10000) / 50000.0)::numeric, 5) AS lon, i > %(incidents)s - 300 AS is_open
FROM (SELECT i, now() - interval '365 days' * (1 - i / (%(incidents)s + 1.0)) - interval '1 minute' AS at
    FROM generate_series(1, %(incidents)s) i) g;
UPDATE made SET phone = '081255500' || lpad((i %% 200)::text, 3, '0') WHERE i %% 20 = 0;
ANALYZE made;

INSERT INTO op112.event (id, xid, incident_id, call_id, journal_id, journal_seq, seat, actor, op, v, body, hlc,
    occurred_at, received_at, login)
SELECT pg_temp.made_id(m.at + s.seconds * interval '1 s', m.i || '/' || s.k), '3'::xid8,
    CASE WHEN s.k NOT IN (1, 2, 9) THEN m.id END, CASE WHEN s.k IN (1, 2, 3, 9) THEN m.call_id END,
    md5(m.seat)::uuid, (m.i / 10) * 10::bigint + s.k, m.seat, 'Operator ' || m.i %% 12, s.op, 1,
    CASE s.k
        WHEN 1 THEN jsonb_build_object('call_id', m.call_id, 'direction', 'in', 'number', m.phone, 'display_name', '',
            'key', m.call_id || '@pbx')
        WHEN 2 THEN jsonb_build_object('call_id', m.call_id)
        WHEN 3 THEN jsonb_build_object('number', m.number, 'call_id', m.call_id)
        WHEN 4 THEN jsonb_build_object('field', 'kind', 'value', m.kind)
        WHEN 5 THEN jsonb_build_object('field', 'priority', 'value', m.priority::text)
        WHEN 6 THEN jsonb_build_object('field', 'position', 'value', m.lat || ',' || m.lon)
        WHEN 7 THEN jsonb_build_object('field', 'caller_number', 'value', m.phone)
        WHEN 8 THEN jsonb_build_object('dispatch_id', 'd-' || m.i, 'agency', 'DAMKAR', 'ack_within_s', 60)
        WHEN 9 THEN jsonb_build_object('call_id', m.call_id, 'by', 'remote', 'code', 200, 'reason', '')
        ELSE jsonb_build_object('to', CASE WHEN m.is_open THEN 'forwarded' ELSE 'closed' END, 'reason', '')
    END,
    (extract(epoch FROM m.at + s.seconds * interval '1 s') * 1000)::bigint << 16,
    m.at + s.seconds * interval '1 s', m.at + s.seconds * interval '1 s', 'bench'
FROM made m, step s;

INSERT INTO op112.incident (id, number, status, priority, kind, lat, lon, opened_at, seat, updated_at, arrived_at,
    field_meta, given_number, opened_hlc, opened_by, owner)
SELECT m.id, m.number, CASE WHEN m.is_open THEN 'forwarded' ELSE 'closed' END, m.priority, m.kind, m.lat, m.lon,
    m.at + interval '9 s', m.seat, m.at + interval '30 minutes', m.at + interval '30 minutes',
    (SELECT jsonb_object_agg(f.name, jsonb_build_object('value', f.value, 'event',
        pg_temp.made_id(m.at + f.s * interval '1 s', m.i || '/' || f.k),
        'hlc', (extract(epoch FROM m.at + f.s * interval '1 s') * 1000)::bigint << 16, 'seat', m.seat,
        'at', m.at + f.s * interval '1 s', 'clashes', '[]'::jsonb, 'overtaken', '{}'::jsonb))
     FROM (VALUES ('kind', m.kind, 4, 20), ('priority', m.priority::text, 5, 21),
        ('position', m.lat || ',' || m.lon, 6, 30)) f (name, value, k, s)),
    m.number, (extract(epoch FROM m.at + interval '9 s') * 1000)::bigint << 16,
    pg_temp.made_id(m.at + interval '9 s', m.i || '/3'), m.seat
FROM made m;

INSERT INTO op112.reporter
SELECT m.id, NULL, m.phone, jsonb_build_object('caller_number', jsonb_build_object('value', m.phone,
    'event', pg_temp.made_id(m.at + interval '32 s', m.i || '/7'),
    'hlc', (extract(epoch FROM m.at + interval '32 s') * 1000)::bigint << 16, 'seat', m.seat,
    'at', m.at + interval '32 s', 'clashes', '[]'::jsonb, 'overtaken', '{}'::jsonb))
FROM made m;
INSERT INTO op112.incident_call SELECT id, call_id, 0 FROM made;
INSERT INTO op112.dispatch (incident_id, id, place, agency, state, seat, ack_within_s, sent_at, reason)
SELECT id, 'd-' || i, 0, 'DAMKAR', 'sent', seat, 60, at + interval '60 s', '' FROM made;
INSERT INTO op112.call (id, seat, direction, number, display_name, state, offered_at, answered_at, ended_at,
    end_reason, incident_id, recordings, digests, key)
SELECT call_id, seat, 'in', phone, '', 'ended', at, at + interval '6 s', at + interval '90 s', '', id, '{}', '{}',
    call_id || '@pbx'
FROM made;
INSERT INTO op112.journal_head (journal_id, seat, last_seq, events)
SELECT md5(seat)::uuid, seat, max(i / 10) * 10 + 10, count(*) * 10 FROM made GROUP BY seat;
INSERT INTO op112.person SELECT 'Operator ' || i %% 12, seat, min(at), max(at) + interval '30 minutes' FROM made
WHERE true GROUP BY 1, 2;
