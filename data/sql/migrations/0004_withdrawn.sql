-- A withdrawn incident stays as a version that is no longer in force, and says since when.
ALTER TABLE incident ADD COLUMN withdrawn_at timestamptz;
ALTER TABLE import_batch ADD COLUMN withdrawn bigint NOT NULL DEFAULT 0 CHECK (withdrawn >= 0);
