-- What of the log outlasts its moment and is not found by an incident or a call: each such fact, under its thing.
CREATE OR REPLACE VIEW outlasting AS
SELECT e.op, about.sort || ' ' || CASE about.by WHEN '' THEN e.seat ELSE e.body->>about.by END AS thing,
    CASE k.lasts WHEN 'until_next' THEN '' ELSE e.id::text END AS slot, e.id AS event_id, e.hlc
FROM fact_kind k CROSS JOIN LATERAL jsonb_to_recordset(k.about) about (sort text, by text) JOIN counted e
    ON e.op = k.op AND e.v <= k.v AND (about.by = '' OR e.body->>about.by IS NOT NULL)
WHERE about.sort NOT IN ('incident', 'call');
