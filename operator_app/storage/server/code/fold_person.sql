CREATE OR REPLACE FUNCTION fold_person(events jsonb[]) RETURNS void
LANGUAGE sql AS $$
    INSERT INTO person (name, seat, first_at, last_at)
    SELECT each->>'actor', each->>'seat', min(at), max(at)
    FROM unnest(events) each, LATERAL (SELECT (each->>'occurred_at')::timestamptz AS at) moment
    WHERE each->>'actor' <> ''
    GROUP BY 1, 2 ORDER BY 1, 2
    ON CONFLICT (name, seat) DO UPDATE
    SET first_at = least(person.first_at, excluded.first_at), last_at = greatest(person.last_at, excluded.last_at)
    WHERE excluded.first_at < person.first_at OR excluded.last_at > person.last_at
$$;
