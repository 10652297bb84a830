-- Values of series from outside the incidents. The series stand in partnership.toml, so that no text here can name anybody.
-- Another value for the same days is a new row: the newest counts, and what a report rested on stays.
CREATE TABLE indicator_value (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    series      text NOT NULL CHECK (series ~ '^[a-z][a-z0-9-]{0,39}$'),
    area        text,  -- NULL: the whole partnership
    start_on    date NOT NULL,
    stop_on     date NOT NULL CHECK (stop_on > start_on),
    value       double precision NOT NULL,
    lower       double precision,
    upper       double precision,
    imported_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    imported_by text NOT NULL,
    CHECK ((lower IS NULL) = (upper IS NULL)),
    CHECK (lower IS NULL OR (lower <= value AND value <= upper))
);
CREATE INDEX indicator_value_newest ON indicator_value (partnership, series, area, start_on, stop_on, id DESC);
CREATE TRIGGER indicator_value_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON indicator_value
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- A published report as it left: what it says, as a page and as paper. It is kept for ever; a correction is another report.
CREATE TABLE report (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership  text NOT NULL,
    audience     text NOT NULL CHECK (audience IN ('partner', 'public')),
    period_kind  text NOT NULL CHECK (period_kind IN ('month', 'half-year', 'year')),
    start_on     date NOT NULL CHECK (extract(day FROM start_on) = 1),
    releases     bigint[] NOT NULL,  -- what its figures come from
    body         bytea NOT NULL,
    page         bytea NOT NULL,
    paper        bytea NOT NULL,
    sha256       bytea NOT NULL CHECK (octet_length(sha256) = 32),
    replaces     bigint UNIQUE REFERENCES report (id),
    published_at timestamptz NOT NULL DEFAULT transaction_timestamp(),
    published_by text NOT NULL
);
CREATE UNIQUE INDEX report_once ON report (partnership, audience, period_kind, start_on) WHERE replaces IS NULL;
CREATE INDEX report_newest ON report (partnership, start_on DESC, id DESC);
CREATE TRIGGER report_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON report
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
