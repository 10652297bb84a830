-- Whole-number counts of a month as they were when it was first released, by area, category and cell: what releases
-- are made from, never shown by themselves. A correction is a new row.
CREATE TABLE release_snapshot (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    as_of       timestamptz NOT NULL,
    body        bytea NOT NULL,
    sha256      bytea NOT NULL CHECK (octet_length(sha256) = 32),
    made_at     timestamptz NOT NULL DEFAULT transaction_timestamp()
);
CREATE INDEX release_snapshot_newest ON release_snapshot (partnership, month, id DESC);
CREATE TRIGGER release_snapshot_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON release_snapshot
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- What passed the disclosure gate for an audience. A figure that was released never changes: a correction is another
-- release that says which one it replaces. The only change is being withdrawn, and what was seen stays in the book.
CREATE TABLE release (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership  text NOT NULL,
    audience     text NOT NULL CHECK (audience IN ('partner', 'public')),
    table_kind   text NOT NULL CHECK (table_kind IN ('areas', 'cells')),
    period_kind  text NOT NULL CHECK (period_kind IN ('month', 'half-year', 'year')),
    start_on     date NOT NULL CHECK (extract(day FROM start_on) = 1),
    as_of        timestamptz NOT NULL,
    rule_version integer NOT NULL,
    snapshots    bigint[] NOT NULL,  -- of its months, in order
    body         bytea NOT NULL,
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    replaces     bigint UNIQUE REFERENCES release (id),
    released_at  timestamptz NOT NULL DEFAULT transaction_timestamp(),
    released_by  text NOT NULL,
    state        text NOT NULL DEFAULT 'published' CHECK (state IN ('published', 'withdrawn')),
    reason       text CHECK (reason ~ '^[a-z-]{1,30}$'),
    withdrawn_at timestamptz,
    withdrawn_by text,
    CHECK ((state = 'withdrawn') = (reason IS NOT NULL AND withdrawn_at IS NOT NULL AND withdrawn_by IS NOT NULL))
);
CREATE UNIQUE INDEX release_once ON release (partnership, audience, table_kind, period_kind, start_on)
WHERE replaces IS NULL;
CREATE INDEX release_newest ON release (partnership, start_on DESC, id DESC);

CREATE FUNCTION refuse_other_than_withdrawal() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    kept release;
BEGIN
    kept := NEW;
    kept.state := OLD.state;
    kept.reason := OLD.reason;
    kept.withdrawn_at := OLD.withdrawn_at;
    kept.withdrawn_by := OLD.withdrawn_by;
    IF OLD.state <> 'published' OR NEW.state <> 'withdrawn' OR kept IS DISTINCT FROM OLD THEN
        RAISE EXCEPTION 'a release never changes; it can only be withdrawn, once';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER release_changes BEFORE UPDATE ON release
FOR EACH ROW EXECUTE FUNCTION refuse_other_than_withdrawal();
CREATE TRIGGER release_stays BEFORE DELETE OR TRUNCATE ON release
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
