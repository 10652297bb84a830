-- name: log_rejects
-- For the import that this transaction logged last.
INSERT INTO import_reject (import_batch, reason, rows)
VALUES (currval(pg_get_serial_sequence('import_batch', 'id')), %(reason)s, %(rows)s);

-- name: last_imports
SELECT
    extract(epoch FROM b.imported_at)::bigint AS imported_s, b.source, b.read, b.accepted, b.created, b.changed,
    coalesce(
        (SELECT jsonb_object_agg(r.reason, r.rows) FROM import_reject AS r WHERE r.import_batch = b.id), '{}'::jsonb
    ) AS rejects,
    b.dropped_columns
FROM import_batch AS b WHERE b.partnership = %(partnership)s
ORDER BY b.id DESC LIMIT %(limit)s;

-- name: geocode_methods
SELECT geocode_method, count(*) FROM incident
WHERE partnership = %(partnership)s AND in_force
  AND occurred_to >= to_timestamp(%(since_s)s) AND known_at < to_timestamp(%(known_before_s)s)
GROUP BY geocode_method ORDER BY geocode_method;

-- name: import_waits
-- Only what was reported since the first import: what stood in the first file had waited for that.
SELECT extract(epoch FROM imported_at - known_at)::bigint FROM incident
WHERE partnership = %(partnership)s AND in_force AND version = 1
  AND occurred_to >= to_timestamp(%(since_s)s) AND known_at < to_timestamp(%(known_before_s)s)
  AND known_at <= imported_at
  AND known_at >= (SELECT min(imported_at) FROM import_batch WHERE partnership = %(partnership)s)
ORDER BY imported_at - known_at;
