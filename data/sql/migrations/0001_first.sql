-- Incidents at places, never people: no column here can hold a name, an address or free text.

CREATE TABLE source (
    partnership text NOT NULL,
    source      text NOT NULL,
    synthetic   boolean NOT NULL,
    PRIMARY KEY (partnership, source)
);

CREATE TABLE incident (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership    text NOT NULL,
    source         text NOT NULL,
    source_key     bytea NOT NULL CHECK (octet_length(source_key) = 32),
    version        integer NOT NULL CHECK (version >= 1),
    supersedes     bigint REFERENCES incident (id),
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
    edge           boolean NOT NULL,
    FOREIGN KEY (partnership, source) REFERENCES source (partnership, source),
    UNIQUE (partnership, source, source_key, version)
);
CREATE UNIQUE INDEX incident_in_force ON incident (partnership, source, source_key) WHERE in_force;
CREATE INDEX incident_ended ON incident (partnership, occurred_to) WHERE in_force;
CREATE INDEX incident_known ON incident (partnership, known_at) WHERE in_force;

-- Incidents as the statistics take them: degrees and seconds since the epoch.
CREATE VIEW incident_columns AS
SELECT
    *, st_x(point) AS lon, st_y(point) AS lat,
    extract(epoch FROM occurred_from)::bigint AS from_s, extract(epoch FROM occurred_to)::bigint AS to_s,
    extract(epoch FROM known_at)::bigint AS known_s
FROM incident;

-- Invariant, proven by `trygkort check`: the panel is the recount of the incidents in force, to the last digit.
CREATE TABLE panel (
    partnership text NOT NULL,
    cell        bigint NOT NULL,
    area        text NOT NULL,  -- '' outside every area
    shift_date  date NOT NULL,
    shift       text NOT NULL,
    category    text NOT NULL,
    basis       text NOT NULL,
    weight_ppm  bigint NOT NULL CHECK (weight_ppm > 0),
    PRIMARY KEY (partnership, shift_date, cell, area, shift, category, basis)
);

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
