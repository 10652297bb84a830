-- What was done where and when. Kinds are codes from a closed list; nothing here can hold free text. A mistake is
-- withdrawn and entered again, never deleted.
CREATE TABLE intervention (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    partnership text NOT NULL,
    area        text NOT NULL,
    kind        text NOT NULL CHECK (kind ~ '^[a-z-]{1,30}$'),
    start_on    date NOT NULL,
    stop_on     date CHECK (stop_on > start_on),  -- the first day without it; NULL while it goes on
    categories  text[] NOT NULL,  -- those it aims at; none for all of them
    withdrawn   boolean NOT NULL DEFAULT false,
    entered_at  timestamptz NOT NULL DEFAULT transaction_timestamp(),
    entered_by  text NOT NULL
);
CREATE UNIQUE INDEX intervention_once ON intervention (partnership, area, kind, start_on, categories)
WHERE NOT withdrawn;
CREATE INDEX intervention_newest ON intervention (partnership, start_on DESC, id DESC);

-- The history of an effort: only ever added to.
CREATE TABLE intervention_event (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    intervention bigint NOT NULL REFERENCES intervention (id),
    at           timestamptz NOT NULL DEFAULT clock_timestamp(),
    actor        text NOT NULL,
    action       text NOT NULL CHECK (action IN ('add', 'end', 'withdraw')),
    stop_on      date
);
CREATE INDEX intervention_event_of ON intervention_event (intervention, id);
CREATE TRIGGER intervention_event_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON intervention_event
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER intervention_stays BEFORE DELETE OR TRUNCATE ON intervention
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check
CHECK (action IN ('import', 'run', 'consultation', 'export', 'alert', 'effort'));
