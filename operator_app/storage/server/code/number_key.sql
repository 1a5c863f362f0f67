-- What all ways of writing one handset's number have in common, empty when nobody is named: the same as number_key in
-- operator_app/domain/numbers.py, so that counts by masked numbers agree with those by whole ones.
CREATE OR REPLACE FUNCTION number_key(number text) RETURNS text
LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    spelt text := normalize(coalesce(number, ''), NFKC);
    bare text := regexp_replace(lower(spelt COLLATE "C"), '[\u0001-/:-@\[-`{-\u007f\u2022\u2010-\u2015]+', '', 'g');
    plain text := regexp_replace(spelt, '[ \u0009-\u000d().\-/\u2010-\u2015]+', '', 'g');
    way text;
BEGIN
    IF btrim(bare, '0') = '' OR bare IN (
        'anonymous', 'unavailable', 'idunavailable', 'restricted', 'unknown', 'private', 'privatenumber', 'withheld',
        'numberwithheld', 'blocked', 'hidden', 'secret', 'unidentified', 'nonumber', 'nocallerid', 'none', 'null', 'invalid',
        'noname', 'nobody', 'outofarea', 'payphone', 'coin', 'clir', 'asterisk', 'rahasia', 'pribadi', 'nomorpribadi',
        'tanpanomor', 'tidakdikenal', 'disembunyikan') THEN
        RETURN '';
    ELSIF plain !~ '^\+?[0-9*#]{1,20}$' THEN
        RETURN btrim(regexp_replace(number, '[ \u0009-\u000d]+', ' ', 'g'));
    END IF;
    FOREACH way IN ARRAY ARRAY[
        '^(?:00[1789]|010[0-9]{2})620*(?=8[0-9]{8,11}$|[2-7][0-9]{7,10}$)', '^(?:\+|00)620*(?=[1-9][0-9]{6,}$)',
        '^620*(?=[1-9][0-9]{7,}$)'] LOOP
        IF plain ~ way THEN
            RETURN '0' || regexp_replace(plain, way, '');
        END IF;
    END LOOP;
    RETURN CASE WHEN plain ~ '^8[0-9]{8,11}$' THEN '0' || plain WHEN plain LIKE '00%' THEN '+' || substr(plain, 3) ELSE plain END;
END $$;
