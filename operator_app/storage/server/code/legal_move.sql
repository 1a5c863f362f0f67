-- The moves of operator_app/domain/states.py.
CREATE OR REPLACE FUNCTION legal_move(what text, from_state text, to_state text) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE what
        WHEN 'incident' THEN (from_state, to_state) IN (
            ('new', 'forwarded'), ('new', 'closed'), ('new', 'cancelled'), ('new', 'merged'),
            ('forwarded', 'handled'), ('forwarded', 'done'), ('forwarded', 'cancelled'), ('forwarded', 'merged'),
            ('handled', 'done'), ('handled', 'cancelled'), ('handled', 'merged'),
            ('done', 'closed'), ('done', 'handled'),
            ('merged', 'new'), ('merged', 'forwarded'), ('merged', 'handled'))
        ELSE (from_state, to_state) IN (
            ('sent', 'accepted'), ('sent', 'declined'),
            ('accepted', 'under_way'), ('accepted', 'on_scene'), ('accepted', 'done'), ('accepted', 'declined'),
            ('under_way', 'on_scene'), ('under_way', 'done'),
            ('on_scene', 'done'))
    END
$$;
