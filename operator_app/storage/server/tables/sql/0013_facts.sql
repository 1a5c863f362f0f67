CREATE TABLE fact_kind (
    op text PRIMARY KEY,
    v integer NOT NULL,
    about jsonb NOT NULL,
    lasts text NOT NULL,
    told_to text NOT NULL,
    written_by text[] NOT NULL,
    personal jsonb NOT NULL,
    needs_incident boolean NOT NULL,
    words jsonb NOT NULL
);
COMMENT ON TABLE fact_kind IS 'What the program says of each kind of fact (operator_app/domain/facts): written anew by every `operator-app server init`, read by checks, masks and folds.';
COMMENT ON COLUMN fact_kind.v IS 'The newest version of its shape that this server knows; newer ones are kept as they are.';
COMMENT ON COLUMN fact_kind.about IS 'The things that it is about: sort, and the word of the body that says which one (empty: the seat that noted it).';
COMMENT ON COLUMN fact_kind.lasts IS 'as_its_thing, for_ever, until_next: what a window that is opened later has to be told.';
COMMENT ON COLUMN fact_kind.told_to IS 'all, masked (callers only for who may read them, free text for no wall), reporters.';
COMMENT ON COLUMN fact_kind.written_by IS 'seat, desk, supervisor.';
COMMENT ON COLUMN fact_kind.personal IS 'Words of the body that tell of persons: number, name, text, place; an object where it depends on the field.';
COMMENT ON COLUMN fact_kind.words IS 'What each word of the body must be.';

CREATE TABLE lasting (
    op text NOT NULL,
    thing text NOT NULL,
    slot text NOT NULL,
    event_id uuid NOT NULL,
    hlc bigint NOT NULL,
    PRIMARY KEY (op, thing, slot)
);
COMMENT ON TABLE lasting IS 'Facts of the room that a window opened later has to be told, beside those of incidents and calls: fact_kind says which.';
COMMENT ON COLUMN lasting.thing IS 'What the fact is about: its sort, a blank, and which one.';
COMMENT ON COLUMN lasting.slot IS 'Empty where only the newest fact of that op about that thing counts, else the event.';
