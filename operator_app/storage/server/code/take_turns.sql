-- Hold the turn of each of these things until the commit. All turns of a batch in one order, or two batches could wait
-- for each other; two things that share a turn only wait a little longer.
CREATE OR REPLACE FUNCTION take_turns(things text[]) RETURNS void
LANGUAGE sql AS $$
    SELECT n FROM turn
    WHERE n = ANY (ARRAY(SELECT DISTINCT (hashtextextended(thing, 112) & 4095)::smallint FROM unnest(things) thing))
    ORDER BY n FOR UPDATE
$$;
