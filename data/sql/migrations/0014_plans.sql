-- Patrol plans: where to be seen in a shift and beat. About places; nothing here says who went there. Kinds and reasons
-- are codes from closed lists, so that no text can name anybody.
CREATE TABLE plan (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    day         date NOT NULL,
    shift       text NOT NULL,
    beat        text NOT NULL,
    version     integer NOT NULL CHECK (version >= 1),
    made_for    text NOT NULL CHECK (made_for IN ('run', 'rules')),  -- a new run, or what people decided since
    body        bytea NOT NULL,
    digest      bytea NOT NULL CHECK (octet_length(digest) = 32),
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    UNIQUE (partnership, day, shift, beat, version)
);
CREATE TRIGGER plan_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON plan
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_before_time();

-- What became of a version: only ever added to. By which role, as the plan needs somebody who answers for it.
CREATE TABLE plan_event (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    plan   bigint NOT NULL REFERENCES plan (id),
    at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    action text NOT NULL CHECK (action IN ('approve', 'withdraw')),
    role   text NOT NULL,
    actor  text NOT NULL
);
CREATE INDEX plan_event_of ON plan_event (plan, id);
CREATE TRIGGER plan_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON plan_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_before_time();

-- Cells that are in every plan of a beat, or in none, for half-open days; of one shift or, where NULL, of all.
CREATE TABLE plan_rule (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    beat        text NOT NULL,
    shift       text,
    cell        text NOT NULL CHECK (cell ~ '^[0-9a-f]{15}$'),
    kind        text NOT NULL CHECK (kind IN ('pin', 'suppress')),
    reason      text NOT NULL CHECK (reason ~ '^[a-z-]{1,30}$'),
    start_on    date NOT NULL,
    stop_on     date NOT NULL CHECK (stop_on > start_on),
    placed_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    placed_by   text NOT NULL,
    lifted_at   timestamptz,
    lifted_by   text,
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE INDEX plan_rule_days ON plan_rule (partnership, beat, stop_on);

-- A visit to a stop, by the stop: who was there is nobody's business here.
CREATE TABLE plan_visit (
    plan    bigint NOT NULL REFERENCES plan (id),
    cell    text NOT NULL CHECK (cell ~ '^[0-9a-f]{15}$'),
    number  integer NOT NULL CHECK (number BETWEEN 1 AND 24),
    outcome text NOT NULL CHECK (outcome IN ('done', 'shortened', 'not-possible')),
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (plan, cell, number)
);

-- A plan laid out for paper, by the digest of what it was laid out from: made before it is asked for.
CREATE TABLE plan_document (
    plan   bigint NOT NULL REFERENCES plan (id),
    digest bytea NOT NULL CHECK (octet_length(digest) = 32),
    body   bytea NOT NULL,
    PRIMARY KEY (plan, digest)
);

-- Whether plans feed on themselves, as of a day: reports in planned shifts of all places together, and how many were to
-- be expected there.
CREATE TABLE plan_feedback (
    partnership text NOT NULL,
    day         date NOT NULL,
    planned     integer NOT NULL,
    expected    double precision NOT NULL,
    ratio       double precision NOT NULL,
    p           double precision NOT NULL,
    PRIMARY KEY (partnership, day)
);

-- Zones in which the law gives other powers: where, when, and when that was decided.
CREATE TABLE legal_zone (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership  text NOT NULL,
    kind         text NOT NULL CHECK (kind ~ '^[a-z-]{1,30}$'),
    areas        text[] NOT NULL CHECK (cardinality(areas) > 0),
    starts_at    timestamptz NOT NULL,
    ends_at      timestamptz NOT NULL CHECK (ends_at > starts_at),
    decided_on   date NOT NULL,
    entered_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
    entered_by   text NOT NULL,
    withdrawn_at timestamptz,
    withdrawn_by text,
    CHECK ((withdrawn_at IS NULL) = (withdrawn_by IS NULL))
);
CREATE INDEX legal_zone_time ON legal_zone (partnership, ends_at);

ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check CHECK (
    action IN (
        'import', 'run', 'consultation', 'export', 'alert', 'effort', 'change', 'disclosure', 'combination',
        'deletion', 'login', 'account', 'plan'
    )
);
