-- A claim of the displacement watch that people work on. One alert per continuing signal: while the signal lasts, its
-- figures follow it. Reasons are codes from a closed list; nothing here can hold free text.
CREATE TABLE alert (
    id                 bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership        text NOT NULL,
    neighbour          text NOT NULL,
    category           text NOT NULL,  -- '' for all of them together
    kind               text NOT NULL,
    raised_on          date NOT NULL,  -- the day on which the signal began
    last_on            date NOT NULL CHECK (last_on >= raised_on),  -- the last day that had it
    onset              date NOT NULL,
    onset_from         date NOT NULL,
    onset_to           date NOT NULL,
    treated_observed   double precision NOT NULL,
    treated_expected   double precision NOT NULL,
    neighbour_observed double precision NOT NULL,
    neighbour_expected double precision NOT NULL,
    share              double precision NOT NULL,
    share_lower        double precision NOT NULL,
    share_upper        double precision NOT NULL,
    p                  double precision NOT NULL,
    recurrence_days    double precision NOT NULL,
    status             text NOT NULL DEFAULT 'new',
    snoozed_until      date,
    changed_at         timestamptz NOT NULL DEFAULT transaction_timestamp()
);
CREATE INDEX alert_signal ON alert (partnership, neighbour, category, last_on);
CREATE INDEX alert_inbox ON alert (partnership, raised_on DESC, id DESC);

-- What a day's signal rests on: everything needed to compute it again, bit for bit.
CREATE TABLE alert_evidence (
    alert  bigint NOT NULL REFERENCES alert (id),
    day    date NOT NULL,
    body   bytea NOT NULL,
    sha256 bytea NOT NULL CHECK (octet_length(sha256) = 32),
    PRIMARY KEY (alert, day)
);

-- Thresholds that were simulated, by what they rest on; they stay for a month of days.
CREATE TABLE watch_threshold (
    digest bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    body   bytea NOT NULL
);

-- The history of an alert: only ever added to.
CREATE TABLE alert_event (
    id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    alert   bigint NOT NULL REFERENCES alert (id),
    at      timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor   text NOT NULL,
    action  text NOT NULL,
    reason  text,
    status  text NOT NULL,
    until   date,
    other   bigint REFERENCES alert (id)
);
CREATE INDEX alert_event_alert ON alert_event (alert, id);

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME;
END $$;
CREATE TRIGGER alert_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON alert_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check
CHECK (action IN ('import', 'run', 'consultation', 'export', 'alert'));
