-- The log without what an owner has set aside: what folds and readers go by. The chain is computed over all of it.
CREATE OR REPLACE VIEW counted AS
SELECT e.* FROM event e WHERE NOT EXISTS (SELECT FROM set_aside a WHERE a.event_id = e.id AND a.back_at IS NULL);
