-- How many columns of the file looked like person data and were left out; which they were is not kept.
ALTER TABLE import_batch ADD COLUMN dropped_columns integer NOT NULL DEFAULT 0 CHECK (dropped_columns >= 0);
