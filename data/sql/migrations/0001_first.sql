-- Incidents at places, never people: no column here can hold a name, an address or free text.

CREATE TABLE source (
    partnership text NOT NULL,
    source      text NOT NULL,
    synthetic   boolean NOT NULL,
    PRIMARY KEY (partnership, source)
);

-- A million rows an import: so no check that looks elsewhere for each row (a foreign key triples the cost), and only
-- the indexes that statements use. An incident is known by partnership, source, key and version.
CREATE TABLE incident (
    partnership    text NOT NULL,
    source         text NOT NULL,  -- one of table source
    source_key     bytea NOT NULL CHECK (octet_length(source_key) = 32),
    version        integer NOT NULL CHECK (version >= 1),  -- supersedes the version before
    in_force       boolean NOT NULL DEFAULT true,
    category       text NOT NULL,
    basis          text NOT NULL CHECK (basis IN ('reported', 'observed')),
    occurred_from  timestamptz NOT NULL,
    occurred_to    timestamptz NOT NULL CHECK (occurred_to >= occurred_from),
    known_at       timestamptz NOT NULL,
    imported_at    timestamptz NOT NULL DEFAULT transaction_timestamp(),
    point          geometry (Point, 4326) NOT NULL,
    accuracy_m     double precision NOT NULL CHECK (accuracy_m >= 0),
    geocode_method text NOT NULL,
    cell           bigint NOT NULL,
    area           text,
    edge           boolean NOT NULL
);
-- The key first: it is a hash, so one comparison decides.
CREATE UNIQUE INDEX incident_in_force ON incident (source_key, partnership, source) WHERE in_force;
CREATE UNIQUE INDEX incident_superseded ON incident (source_key, partnership, source, version) WHERE NOT in_force;
-- Rows lie in the order they came, much as time went by: ranges of pages are enough, and cost next to nothing.
CREATE INDEX incident_time ON incident
USING brin (partnership, occurred_from, occurred_to, known_at) WITH (autosummarize = on);

-- Incidents as the statistics take them: degrees and seconds since the epoch.
CREATE VIEW incident_columns AS
SELECT
    *, st_x(point) AS lon, st_y(point) AS lat,
    extract(epoch FROM occurred_from)::bigint AS from_s, extract(epoch FROM occurred_to)::bigint AS to_s,
    extract(epoch FROM known_at)::bigint AS known_s
FROM incident;

-- What imports added to the panel and took out of it: written like a ledger, never searched row by row.
CREATE TABLE panel_entry (
    partnership text NOT NULL,
    cell        bigint NOT NULL,
    area        text NOT NULL,  -- '' outside every area
    shift_date  date NOT NULL,
    shift       text NOT NULL,
    category    text NOT NULL,
    basis       text NOT NULL,
    weight_ppm  bigint NOT NULL CHECK (weight_ppm <> 0)
);
CREATE INDEX panel_entry_time ON panel_entry USING brin (partnership, shift_date) WITH (autosummarize = on);

-- Invariant, proven by `trygkort check`: the panel is the recount of the incidents in force, to the last digit.
CREATE VIEW panel AS
SELECT partnership, cell, area, shift_date, shift, category, basis, sum(weight_ppm)::bigint AS weight_ppm
FROM panel_entry
GROUP BY partnership, cell, area, shift_date, shift, category, basis
HAVING sum(weight_ppm) <> 0;

CREATE TABLE import_batch (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership     text NOT NULL,
    source          text NOT NULL,
    profile_version integer NOT NULL,
    imported_at     timestamptz NOT NULL DEFAULT transaction_timestamp(),
    read            bigint NOT NULL,
    accepted        bigint NOT NULL,
    rejected        bigint NOT NULL,
    created         bigint NOT NULL,
    changed         bigint NOT NULL,
    CHECK (accepted + rejected = read)
);

-- A run is immutable. The same date, inputs, parameters and code are one run.
CREATE TABLE run (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership  text NOT NULL,
    run_date     date NOT NULL,
    as_of        timestamptz NOT NULL,
    code_version text NOT NULL,
    parameters   jsonb NOT NULL,
    input_digest bytea NOT NULL CHECK (octet_length(input_digest) = 32),
    created_at   timestamptz NOT NULL DEFAULT transaction_timestamp(),
    UNIQUE (partnership, run_date, input_digest)
);

CREATE TABLE run_product (
    run_id     bigint NOT NULL REFERENCES run (id),
    name       text NOT NULL,
    media_type text NOT NULL,
    body       bytea NOT NULL,
    etag       text NOT NULL,
    PRIMARY KEY (run_id, name)
);

CREATE TABLE audit (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text NOT NULL,
    action  text NOT NULL CHECK (action IN ('import', 'run', 'consultation', 'export')),
    subject text NOT NULL,
    outcome text NOT NULL
);
