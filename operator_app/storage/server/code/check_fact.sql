-- Whether windows can read that as a moment: ISO 8601 with its zone, in years that they reckon with.
CREATE OR REPLACE FUNCTION is_moment(plain text) RETURNS boolean
LANGUAGE plpgsql STABLE SET timezone = 'UTC' AS $$
BEGIN
    RETURN plain ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}T([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,6})?)?(Z|[+-][0-9]{2}:[0-9]{2})$'
        AND extract(epoch FROM plain::timestamptz) >= (bounds()->>'first_moment')::bigint
        AND extract(epoch FROM plain::timestamptz) < (bounds()->>'last_moment')::bigint;
EXCEPTION WHEN datetime_field_overflow OR invalid_datetime_format THEN
    RETURN false;
END $$;

-- A name without a folder. Windows of revision 0011 and before told where on their own disk it lay; nobody opens that.
CREATE OR REPLACE FUNCTION is_file_name(told text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT NOT '..' = ANY (parts) AND parts[cardinality(parts)] NOT IN ('', '.')
        AND told !~ '[[:cntrl:]]' AND (cardinality(parts) = 1 OR told ~ '^(/|[A-Za-z]:|[\\])')
    FROM regexp_split_to_array(told, '[/\\]') parts
$$;

-- Whether a word of a body is what the fact's class says of it (fact_kind.words, operator_app/domain/facts/shape.py).
CREATE OR REPLACE FUNCTION check_word(name text, value jsonb, rule jsonb, field text) RETURNS void
LANGUAGE plpgsql STABLE AS $$
DECLARE
    found_as text := coalesce(jsonb_typeof(value), 'null');
    wanted text := CASE rule->>'is' WHEN 'yes_no' THEN 'boolean' WHEN 'whole' THEN 'number' WHEN 'number' THEN 'number'
        ELSE 'string' END;
    plain text := value #>> '{}';
    longest integer := CASE jsonb_typeof(rule->'longest') WHEN 'number' THEN rule->>'longest'
        WHEN 'object' THEN coalesce(rule->'longest'->>field, rule->'longest'->>'') END;
BEGIN
    IF found_as = 'null' AND (rule->'may_lack')::boolean THEN
        RETURN;
    ELSIF (rule->'many')::boolean THEN
        IF found_as <> 'array' THEN
            RAISE EXCEPTION '% is no array', name USING ERRCODE = 'OP002';
        END IF;
        IF jsonb_array_length(value) > (bounds()->>'list_most')::integer THEN
            RAISE EXCEPTION '% has more than % entries', name, bounds()->>'list_most' USING ERRCODE = 'OP002';
        END IF;
        PERFORM check_word(name, each, rule - 'many' - 'may_lack', field) FROM jsonb_array_elements(value) each;
        RETURN;
    ELSIF found_as <> wanted THEN
        RAISE EXCEPTION '% is no %', name, wanted USING ERRCODE = 'OP002';
    END IF;
    IF rule->>'is' = 'whole' AND plain !~ '^-?[0-9]{1,9}$' THEN
        RAISE EXCEPTION '% is no whole number', name USING ERRCODE = 'OP002';
    ELSIF wanted = 'number' AND abs(plain::numeric) > (bounds()->>'number_most')::numeric THEN
        RAISE EXCEPTION '% is no number of use', name USING ERRCODE = 'OP002';
    ELSIF length(plain) > longest THEN
        RAISE EXCEPTION '% has more than % letters', name, longest USING ERRCODE = 'OP002';
    ELSIF (rule->'base_name')::boolean AND NOT is_file_name(plain) THEN
        RAISE EXCEPTION '% names no file', name USING ERRCODE = 'OP002';
    ELSIF rule->>'is' = 'time' AND NOT is_moment(plain) THEN
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
    PERFORM check_word(word.key, body->word.key, word.value, body->>'field') FROM jsonb_each(kind.words) word;
END $$;
