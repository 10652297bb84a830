-- The log of who did what, when, why and for whom: only ever added to, and each row holds the hash of the one before.
ALTER TABLE audit ALTER COLUMN id DROP IDENTITY;
ALTER TABLE audit
ADD COLUMN purpose text NOT NULL DEFAULT 'unstated',  -- rows of the time before purposes were kept
ADD COLUMN recipient text NOT NULL DEFAULT '',
ADD COLUMN hash bytea NOT NULL DEFAULT decode(repeat('00', 32), 'hex') CHECK (octet_length(hash) = 32);
ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check CHECK (
    action IN (
        'import', 'run', 'consultation', 'alert', 'effort', 'change', 'export', 'disclosure', 'combination',
        'deletion', 'login', 'account'
    )
);
ALTER TABLE audit ADD CONSTRAINT audit_purpose_check CHECK (
    purpose IN (
        'unstated', 'patrol-planning', 'analysis', 'steering', 'intake', 'operation', 'access', 'administration',
        'erasure', 'audit', 'health'
    )
);
ALTER TABLE audit ADD CONSTRAINT audit_recipient_check CHECK (recipient ~ '^[^[:space:][:cntrl:]]{0,200}$');

-- The end of the chain: without it the last rows could be taken away unseen.
CREATE TABLE audit_head (
    one  boolean PRIMARY KEY DEFAULT true CHECK (one),
    id   bigint NOT NULL,
    hash bytea NOT NULL CHECK (octet_length(hash) = 32)
) WITH (fillfactor = 10);
INSERT INTO audit_head (id, hash) VALUES (0, decode(repeat('00', 32), 'hex'));

-- Each field with its length, so that no two rows read alike; `models/audit_chain.py` computes the same.
CREATE FUNCTION audit_hash(before bytea, line audit) RETURNS bytea LANGUAGE plpgsql AS $$
DECLARE
    field text;
    content text := '';
BEGIN
    FOREACH field IN ARRAY ARRAY[
        line.id::text, (extract(epoch FROM line.at) * 1000000)::bigint::text, line.actor, line.action, line.purpose,
        line.subject, line.recipient, line.outcome
    ] LOOP
        content := content || octet_length(convert_to(field, 'UTF8')) || ':' || field || ',';
    END LOOP;
    RETURN sha256(before || convert_to(content, 'UTF8'));
END $$;

-- What was logged before the chain: without the gaps that rollbacks left in its numbers.
DO $$
DECLARE
    old bigint;
    line audit;
    head audit_head;
BEGIN
    SELECT * INTO head FROM audit_head;
    FOR line IN SELECT * FROM audit ORDER BY id LOOP
        old := line.id;
        line.id := head.id + 1;
        head := (true, line.id, audit_hash(head.hash, line));
        UPDATE audit SET id = head.id, hash = head.hash WHERE id = old;
    END LOOP;
    UPDATE audit_head SET id = head.id, hash = head.hash;
END $$;
ALTER TABLE audit ALTER COLUMN hash DROP DEFAULT, ALTER COLUMN at DROP DEFAULT;
CREATE INDEX audit_at ON audit USING brin (at) WITH (autosummarize = on);

-- Nobody chooses number, time or hash. Writers take turns at the head; a rollback gives its number back.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
DECLARE
    head audit_head;
BEGIN
    SELECT * INTO STRICT head FROM audit_head FOR UPDATE;
    NEW.id := head.id + 1;
    NEW.at := clock_timestamp();
    NEW.hash := audit_hash(head.hash, NEW);
    UPDATE audit_head SET id = NEW.id, hash = NEW.hash;
    RETURN NEW;
END $$;
CREATE TRIGGER audit_chained BEFORE INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_chain();
CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER audit_head_stays BEFORE DELETE OR TRUNCATE ON audit_head
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_chained;
ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_stays;
ALTER TABLE audit_head ENABLE ALWAYS TRIGGER audit_head_stays;

-- Where the service writes its lines: at the commit they move into the chain. The turn at the head is thus the last
-- lock that a transaction takes, whatever else it does after it logged, so no two can wait for each other. No row
-- outlives its transaction, so none needs to survive a crash.
CREATE UNLOGGED TABLE audit_incoming (
    number    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    actor     text NOT NULL,
    action    text NOT NULL,
    purpose   text NOT NULL DEFAULT 'unstated',
    subject   text NOT NULL,
    recipient text NOT NULL DEFAULT '',
    outcome   text NOT NULL
);
CREATE FUNCTION audit_take_in() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    INSERT INTO audit (actor, action, purpose, subject, recipient, outcome)
    VALUES (NEW.actor, NEW.action, NEW.purpose, NEW.subject, NEW.recipient, NEW.outcome);
    DELETE FROM audit_incoming WHERE number = NEW.number;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER audit_taken_in AFTER INSERT ON audit_incoming DEFERRABLE INITIALLY DEFERRED
FOR EACH ROW EXECUTE FUNCTION audit_take_in();
ALTER TABLE audit_incoming ENABLE ALWAYS TRIGGER audit_taken_in;

-- What an import does to its tables that only their owner may: nothing else, and only while they are empty.
CREATE FUNCTION incidents_start_anew() RETURNS void LANGUAGE plpgsql SECURITY DEFINER AS $$
BEGIN
    IF pg_relation_size('incident') + pg_relation_size('panel_entry') > 0 THEN
        RAISE EXCEPTION 'there are incidents already';
    END IF;
    TRUNCATE incident, panel_entry;
    DROP INDEX incident_in_force;
END $$;
CREATE FUNCTION incidents_build_index() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$
    CREATE UNIQUE INDEX incident_in_force ON incident (source_key, partnership, source) WHERE in_force;
$$;
CREATE FUNCTION incidents_analyze() RETURNS void LANGUAGE sql SECURITY DEFINER AS $$ ANALYZE incident; $$;

-- Functions with their owner's rights must not find anybody else's tables first.
DO $$
DECLARE
    made regprocedure;
BEGIN
    FOR made IN
        SELECT p.oid FROM pg_proc AS p
        WHERE p.pronamespace = current_schema()::regnamespace AND p.prosecdef
          AND p.proname IN (
              'audit_chain', 'audit_take_in', 'incidents_start_anew', 'incidents_build_index', 'incidents_analyze'
          )
    LOOP
        EXECUTE format('ALTER FUNCTION %s SET search_path = %I, pg_temp', made, current_schema());
        EXECUTE format('REVOKE ALL ON FUNCTION %s FROM PUBLIC', made);
    END LOOP;
END $$;
