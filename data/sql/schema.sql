-- name: lock_schema
SELECT pg_advisory_xact_lock(hashtextextended('trygkort/schema', 0));

-- name: create_postgis
-- Nothing where it is there already; a server of the operator's own may not let us, and says so.
CREATE EXTENSION IF NOT EXISTS postgis;

-- name: create_history
CREATE TABLE IF NOT EXISTS schema_migration (
    name       text PRIMARY KEY,
    sha256     text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT transaction_timestamp()
);

-- name: applied
SELECT name, sha256 FROM schema_migration;

-- name: record
INSERT INTO schema_migration (name, sha256) VALUES (%(name)s, %(sha256)s);

-- name: has_history
SELECT to_regclass('schema_migration') IS NOT NULL AS there;
