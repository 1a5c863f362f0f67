-- Whether a word of a body is what the fact's class says of it (fact_kind.words, operator_app/domain/facts/shape.py).
CREATE OR REPLACE FUNCTION check_word(name text, value jsonb, rule jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    found_as text := coalesce(jsonb_typeof(value), 'null');
    wanted text := CASE rule->>'is' WHEN 'yes_no' THEN 'boolean' WHEN 'whole' THEN 'number' WHEN 'number' THEN 'number'
        ELSE 'string' END;
    plain text := value #>> '{}';
BEGIN
    IF found_as = 'null' AND (rule->'may_lack')::boolean THEN
        RETURN;
    ELSIF (rule->'many')::boolean THEN
        IF found_as <> 'array' THEN
            RAISE EXCEPTION '% is no array', name USING ERRCODE = 'OP002';
        END IF;
        PERFORM check_word(name, each, rule - 'many' - 'may_lack') FROM jsonb_array_elements(value) each;
        RETURN;
    ELSIF found_as <> wanted THEN
        RAISE EXCEPTION '% is no %', name, wanted USING ERRCODE = 'OP002';
    END IF;
    IF rule->>'is' = 'whole' AND plain !~ '^-?[0-9]{1,9}$' THEN
        RAISE EXCEPTION '% is no whole number', name USING ERRCODE = 'OP002';
    ELSIF rule->>'is' = 'time' AND plain !~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]{5,15}(Z|[+-][0-9]{2}:[0-9]{2})$' THEN
        RAISE EXCEPTION '% is no time', name USING ERRCODE = 'OP002';
    ELSIF rule ? 'one_of' AND NOT rule->'one_of' ? plain THEN
        RAISE EXCEPTION '% is unknown as %', plain, name USING ERRCODE = 'OP002';
    END IF;
END $$;

-- Lets in every fact that windows can read. One of a newer version, or of a kind that is not known here, as it is.
CREATE OR REPLACE FUNCTION check_fact(op text, v integer, incident_id uuid, body jsonb) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    kind fact_kind;
BEGIN
    IF jsonb_typeof(body) IS DISTINCT FROM 'object' THEN
        RAISE EXCEPTION 'body is no object' USING ERRCODE = 'OP002';
    END IF;
    SELECT * INTO kind FROM fact_kind k WHERE k.op = check_fact.op AND check_fact.v <= k.v;
    IF NOT FOUND THEN
        RETURN;
    ELSIF kind.needs_incident AND incident_id IS NULL THEN
        RAISE EXCEPTION '% names no incident', op USING ERRCODE = 'OP002';
    END IF;
    PERFORM check_word(word.key, body->word.key, word.value) FROM jsonb_each(kind.words) word;
END $$;
