CREATE OR REPLACE FUNCTION masked_number(number text, key bytea) RETURNS text
LANGUAGE sql STABLE AS $$
    SELECT CASE
        WHEN digits = '' THEN NULL
        ELSE '•' || lpad((('x' || substr(encode(sha256(key || convert_to(digits, 'UTF8')), 'hex'), 1, 15))::bit(60)::bigint
            % 10000000000)::text, 10, '0')
    END
    FROM (SELECT number_key(number) AS digits) d
$$;

-- The body for who may not know of reporters. `personal` says what each word tells of persons, by the incident's field
-- where it depends on that; a field that is not known here may hold anything.
CREATE OR REPLACE FUNCTION masked_body(personal jsonb, body jsonb, key bytea, free_text_too boolean) RETURNS jsonb
LANGUAGE sql STABLE AS $$
    SELECT body || coalesce(jsonb_object_agg(name, CASE
            WHEN jsonb_typeof(body->name) = 'array' THEN '[]'
            WHEN tells = 'number' THEN coalesce(to_jsonb(masked_number(body->>name, key)),
                CASE WHEN of_a_field THEN to_jsonb('•••'::text) END)
            WHEN tells = 'name' AND NOT of_a_field THEN to_jsonb(''::text)
            ELSE to_jsonb('•••'::text) END), '{}')
    FROM (
        SELECT word.key AS name, of_a_field, CASE
            WHEN NOT of_a_field THEN word.value #>> '{}'
            WHEN word.value ? (body->>'field') THEN word.value->>(body->>'field')
            WHEN body->>'field' ~ '^(caller|reporter)' THEN 'name'
            ELSE 'text' END AS tells
        FROM jsonb_each(personal) word, LATERAL (SELECT jsonb_typeof(word.value) = 'object' AS of_a_field) how
        WHERE body->>word.key IS NOT NULL) told
    WHERE tells IN ('number', 'name') OR (tells = 'text' AND free_text_too)
$$;
