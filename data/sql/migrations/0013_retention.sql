-- How long places stay how exact. An incident past its first tier keeps an empty point; past its second it goes, and
-- its counts move to nameless cells of their area, then to months.
CREATE TABLE area_day (
    partnership text NOT NULL,
    area        text NOT NULL,  -- '' outside every area
    shift_date  date NOT NULL,
    shift       text NOT NULL,
    category    text NOT NULL,
    basis       text NOT NULL,
    weight_ppm  bigint NOT NULL CHECK (weight_ppm <> 0)  -- of one cell; which it was is not kept
);
CREATE INDEX area_day_time ON area_day USING brin (partnership, shift_date) WITH (autosummarize = on);

CREATE TABLE area_month (
    partnership text NOT NULL,
    area        text NOT NULL,
    month       date NOT NULL CHECK (extract(day FROM month) = 1),
    category    text NOT NULL,
    basis       text NOT NULL,
    weight_ppm  bigint NOT NULL,
    PRIMARY KEY (partnership, month, area, category, basis)
);

-- What must not be deleted, and why: a code from a closed list.
CREATE TABLE legal_hold (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    start_on    date NOT NULL,
    stop_on     date NOT NULL CHECK (stop_on > start_on),
    area        text,  -- NULL for all
    category    text,  -- NULL for all
    reason      text NOT NULL CHECK (
        reason IN ('court-case', 'complaint', 'access-request', 'supervisory-authority', 'public-archive')
    ),
    expires_on  date,
    placed_at   timestamptz NOT NULL DEFAULT transaction_timestamp(),
    placed_by   text NOT NULL,
    lifted_at   timestamptz,
    lifted_by   text,
    CHECK ((lifted_at IS NULL) = (lifted_by IS NULL))
);
CREATE TRIGGER legal_hold_stays BEFORE DELETE OR TRUNCATE ON legal_hold
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Written in the transaction that deletes: a row here is a deletion that was done. A backup made before ``at`` still
-- holds what went; one made after is free of it.
CREATE TABLE retention_proof (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    partnership text NOT NULL,
    tier        text NOT NULL,
    place       text NOT NULL,  -- table, or table.column
    cut_off     date NOT NULL,
    rows        bigint NOT NULL CHECK (rows >= 0),
    digest      bytea NOT NULL CHECK (octet_length(digest) = 32),
    actor       text NOT NULL
);
CREATE INDEX retention_proof_tier ON retention_proof (partnership, tier, cut_off);
CREATE TRIGGER retention_proof_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON retention_proof
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- Histories are only ever added to, until their time is over: retention says so for its own transaction alone.
CREATE FUNCTION refuse_change_before_time() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('trygkort.retention', true) = 'on' THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;
DROP TRIGGER alert_event_stays ON alert_event;
CREATE TRIGGER alert_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_before_time();

ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check CHECK (
    action IN (
        'import', 'run', 'consultation', 'export', 'alert', 'effort', 'change', 'disclosure', 'combination',
        'deletion', 'login', 'account'
    )
);
