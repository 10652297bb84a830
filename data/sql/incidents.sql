-- name: register_source
INSERT INTO source (partnership, source, synthetic)
VALUES (%(partnership)s, %(source)s, %(synthetic)s)
ON CONFLICT (partnership, source) DO NOTHING;

-- name: other_kind
SELECT source FROM source WHERE partnership = %(partnership)s AND synthetic <> %(synthetic)s LIMIT 1;

-- name: any_synthetic
SELECT coalesce(bool_or(synthetic), false) AS synthetic FROM source WHERE partnership = %(partnership)s;

-- name: lock_partnership
-- Two writers of one partnership take turns; the lock ends with the transaction.
SELECT pg_advisory_xact_lock(hashtextextended('trygkort/partnership/' || %(partnership)s::text, 0));

-- name: copy_known_keys
COPY (
    SELECT substr(source_key, 1, 8) FROM incident WHERE partnership = %(partnership)s AND source = %(source)s
) TO STDOUT (FORMAT binary);

-- name: nothing_there
-- The size of the file takes no lock that lasts, as reading the table would.
SELECT pg_relation_size('incident') = 0 AND pg_relation_size('panel_entry') = 0 AS nothing_there;

-- name: lock_incidents
LOCK TABLE incident, panel_entry IN ACCESS EXCLUSIVE MODE NOWAIT;

-- name: start_anew
-- Of tables made in the same transaction a server without replicas logs no row, and syncs them at the commit; and a
-- rollback leaves the empty ones behind, not dead rows. The index on keys goes too.
SELECT incidents_start_anew();

-- name: create_index_in_force
SELECT incidents_build_index();

-- name: analyze
SELECT incidents_analyze();

-- name: copy_new
COPY incident (
    source_key, version, occurred_from, occurred_to, known_at, point, accuracy_m, cell, edge,
    partnership, source, category, basis, area, geocode_method
) FROM STDIN (FORMAT binary);

-- name: create_incoming
-- Rows whose key may be known.
CREATE TEMPORARY TABLE incoming ON COMMIT DROP AS SELECT 0::bigint AS ordinal, * FROM incident WITH NO DATA;

-- name: copy_incoming
COPY incoming (
    ordinal, source_key, version, occurred_from, occurred_to, known_at, point, accuracy_m, cell, edge,
    partnership, source, category, basis, area, geocode_method
) FROM STDIN (FORMAT binary);

-- name: keep_last_of_each_key
-- A key that stands twice in one file: the later row is the correction.
DELETE FROM incoming AS a USING incoming AS b WHERE a.source_key = b.source_key AND a.ordinal < b.ordinal;

-- name: drop_unchanged
-- An incoming point that is past its time says nothing: it is empty, and the known one may be under a legal hold.
DELETE FROM incoming AS i USING incident AS known
WHERE known.partnership = %(partnership)s AND known.source = %(source)s AND known.in_force
  AND known.source_key = i.source_key
  AND (known.category, known.basis, known.accuracy_m, known.geocode_method, known.cell, known.edge)
    = (i.category, i.basis, i.accuracy_m, i.geocode_method, i.cell, i.edge)
  AND known.area IS NOT DISTINCT FROM i.area
  AND (known.occurred_from, known.occurred_to, known.known_at) = (i.occurred_from, i.occurred_to, i.known_at)
  AND (st_isempty(i.point) OR (st_x(known.point) = st_x(i.point) AND st_y(known.point) = st_y(i.point)));

-- name: incidents_to_replace
SELECT
    lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s
FROM incident_columns
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND source_key IN (SELECT source_key FROM incoming);

-- name: incidents_incoming
SELECT
    st_x(point) AS lon, st_y(point) AS lat, accuracy_m, cell, area, edge, category, basis,
    extract(epoch FROM occurred_from)::bigint AS from_s, extract(epoch FROM occurred_to)::bigint AS to_s,
    extract(epoch FROM known_at)::bigint AS known_s
FROM incoming;

-- name: take_back
-- What the same import brought further up in its file never was in force: it leaves no version.
DELETE FROM incident
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND xmin = pg_current_xact_id()::xid
  AND source_key IN (SELECT source_key FROM incoming);

-- name: supersede
UPDATE incident SET in_force = false
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND source_key IN (SELECT source_key FROM incoming);

-- name: insert_incoming
INSERT INTO incident (
    partnership, source, source_key, version, category, basis, occurred_from, occurred_to, known_at,
    point, accuracy_m, geocode_method, cell, area, edge
)
SELECT
    i.partnership, i.source, i.source_key, coalesce(latest.version, 0) + 1, i.category, i.basis,
    i.occurred_from, i.occurred_to, i.known_at, i.point, i.accuracy_m, i.geocode_method, i.cell, i.area, i.edge
FROM incoming AS i
LEFT JOIN (
    SELECT old.source_key, max(old.version) AS version
    FROM incident AS old
    WHERE old.partnership = %(partnership)s AND old.source = %(source)s
      AND old.source_key IN (SELECT source_key FROM incoming)
    GROUP BY old.source_key
) AS latest ON latest.source_key = i.source_key;

-- name: create_withdrawal
CREATE TEMPORARY TABLE withdrawal (ordinal bigint NOT NULL, source_key bytea NOT NULL) ON COMMIT DROP;

-- name: copy_withdrawal
COPY withdrawal (ordinal, source_key) FROM STDIN (FORMAT binary);

-- name: drop_withdrawals_overtaken
-- A later row of the same file brings the incident back, or withdraws it once more.
DELETE FROM withdrawal AS w
WHERE EXISTS (SELECT 1 FROM incoming AS i WHERE i.source_key = w.source_key AND i.ordinal > w.ordinal)
   OR EXISTS (SELECT 1 FROM withdrawal AS o WHERE o.source_key = w.source_key AND o.ordinal > w.ordinal);

-- name: drop_incoming_withdrawn
DELETE FROM incoming AS i USING withdrawal AS w WHERE w.source_key = i.source_key;

-- name: incidents_to_withdraw
SELECT
    lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s
FROM incident_columns
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND source_key IN (SELECT source_key FROM withdrawal);

-- name: take_back_withdrawn
-- What came and went in one file never was in force.
DELETE FROM incident
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND xmin = pg_current_xact_id()::xid
  AND source_key IN (SELECT source_key FROM withdrawal);

-- name: withdraw
UPDATE incident SET in_force = false, withdrawn_at = transaction_timestamp()
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND source_key IN (SELECT source_key FROM withdrawal);

-- name: incident_days
SELECT
    count(*) AS incidents, floor(extract(epoch FROM min(occurred_from)) / 86400)::bigint AS first,
    floor(extract(epoch FROM max(occurred_from)) / 86400)::bigint AS last
FROM incident WHERE partnership = %(partnership)s AND in_force;

-- name: incidents_started_between
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force
  AND occurred_from >= to_timestamp(%(first_s)s) AND occurred_from < to_timestamp(%(stop_s)s);

-- name: incidents_ended_since
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force
  AND occurred_to >= to_timestamp(%(since_s)s) AND known_at < to_timestamp(%(known_before_s)s)
ORDER BY known_at, occurred_from, occurred_to, source_key;

-- name: incidents_known_since
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force AND known_at >= to_timestamp(%(known_since_s)s);

-- name: log_import
INSERT INTO import_batch (
    partnership, source, profile_version, read, accepted, rejected, created, changed, withdrawn, dropped_columns
) VALUES (
    %(partnership)s, %(source)s, %(profile_version)s, %(read)s, %(accepted)s, %(rejected)s, %(created)s, %(changed)s,
    %(withdrawn)s, %(dropped_columns)s
);
