-- name: service_rights
-- One row where there is a role for the service: whether it has its rights.
SELECT has_table_privilege(oid, 'audit_incoming', 'INSERT') AS granted FROM pg_roles WHERE rolname = 'trygkort_service';

-- name: grant_service
-- The service reads and writes; it owns nothing. What a table's triggers refuse, it may not try either. The log's own
-- tables are written by their triggers alone.
DO $$
DECLARE
    it record;
    given text;
BEGIN
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO trygkort_service', current_schema());
    FOR it IN
        SELECT
            c.oid::regclass AS name, c.relname, c.relkind,
            coalesce(bool_or(t.tgtype & 16 > 0), false) AS no_update,
            coalesce(bool_or(t.tgtype & 8 > 0), false) AS no_delete
        FROM pg_class AS c
        LEFT JOIN pg_trigger AS t ON t.tgrelid = c.oid AND t.tgfoid = 'refuse_change'::regproc
        WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p', 'v', 'S')
          AND pg_has_role(c.relowner, 'USAGE')
          AND NOT EXISTS (SELECT FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
        GROUP BY c.oid, c.relname, c.relkind
    LOOP
        given := CASE
            WHEN it.relkind = 'S' THEN 'USAGE'
            WHEN it.relname = 'audit_incoming' THEN 'INSERT'
            WHEN it.relname IN ('audit', 'audit_head', 'schema_migration') OR it.relkind = 'v' THEN 'SELECT'
            ELSE 'SELECT, INSERT' || CASE WHEN it.no_update THEN '' ELSE ', UPDATE' END
                || CASE WHEN it.no_delete THEN '' ELSE ', DELETE' END
        END;
        EXECUTE format(
            'REVOKE ALL ON %s %s FROM PUBLIC, trygkort_service',
            CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, it.name
        );
        EXECUTE format(
            'GRANT %s ON %s %s TO trygkort_service',
            given, CASE it.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, it.name
        );
    END LOOP;
    GRANT EXECUTE ON FUNCTION incidents_start_anew(), incidents_build_index(), incidents_analyze() TO trygkort_service;
END $$;

-- name: too_many_rights
-- What the login of this connection could do to the log beyond adding to it.
SELECT
    current_user AS login,
    (SELECT rolsuper FROM pg_roles WHERE rolname = current_user) AS superuser,
    pg_has_role(c.relowner, 'USAGE') AS owner,
    has_table_privilege(c.oid, 'UPDATE') OR has_table_privilege(c.oid, 'DELETE')
        OR has_table_privilege(c.oid, 'TRUNCATE') OR has_table_privilege(c.oid, 'INSERT')
        OR has_table_privilege('audit_head', 'UPDATE') AS changes
FROM pg_class AS c WHERE c.oid = 'audit'::regclass;
