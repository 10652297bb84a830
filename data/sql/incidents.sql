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

-- name: create_incoming
CREATE TEMPORARY TABLE incoming (
    ordinal bigint, source_key bytea, geocode_method text, category text, basis text,
    from_s bigint, to_s bigint, known_s bigint, lon double precision, lat double precision,
    accuracy_m double precision, cell bigint, area text, edge boolean
) ON COMMIT DROP;

-- name: copy_incoming
COPY incoming FROM STDIN (FORMAT binary);

-- name: keep_last_of_each_key
-- A key that stands twice in one file: the later row is the correction.
DELETE FROM incoming AS a USING incoming AS b WHERE a.source_key = b.source_key AND a.ordinal < b.ordinal;

-- name: drop_unchanged
DELETE FROM incoming AS i USING incident AS known
WHERE known.partnership = %(partnership)s AND known.source = %(source)s AND known.in_force
  AND known.source_key = i.source_key
  AND (known.category, known.basis, known.accuracy_m, known.geocode_method, known.cell, known.edge)
    = (i.category, i.basis, i.accuracy_m, i.geocode_method, i.cell, i.edge)
  AND known.area IS NOT DISTINCT FROM i.area
  AND known.occurred_from = to_timestamp(i.from_s) AND known.occurred_to = to_timestamp(i.to_s)
  AND known.known_at = to_timestamp(i.known_s)
  AND st_x(known.point) = i.lon AND st_y(known.point) = i.lat;

-- name: count_incoming
-- Of the rows that are not known with the same content: how many are new, and how many change a known one.
SELECT count(*) FILTER (WHERE known.id IS NULL) AS created, count(known.id) AS changed
FROM incoming AS i
LEFT JOIN incident AS known
    ON known.partnership = %(partnership)s AND known.source = %(source)s AND known.in_force
    AND known.source_key = i.source_key;

-- name: supersede
UPDATE incident SET in_force = false
WHERE partnership = %(partnership)s AND source = %(source)s AND in_force
  AND source_key IN (SELECT source_key FROM incoming)
RETURNING id;

-- name: insert_incoming
INSERT INTO incident (
    partnership, source, source_key, version, supersedes, category, basis, occurred_from, occurred_to, known_at,
    point, accuracy_m, geocode_method, cell, area, edge
)
SELECT
    %(partnership)s, %(source)s, i.source_key, coalesce(latest.version, 0) + 1, latest.id, i.category, i.basis,
    to_timestamp(i.from_s), to_timestamp(i.to_s), to_timestamp(i.known_s),
    st_setsrid(st_makepoint(i.lon, i.lat), 4326), i.accuracy_m, i.geocode_method, i.cell, i.area, i.edge
FROM incoming AS i
LEFT JOIN LATERAL (
    SELECT old.id, old.version FROM incident AS old
    WHERE old.partnership = %(partnership)s AND old.source = %(source)s AND old.source_key = i.source_key
    ORDER BY old.version DESC LIMIT 1
) AS latest ON true
ORDER BY i.ordinal
RETURNING id;

-- name: incidents_by_id
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns WHERE id = ANY (%(ids)s) ORDER BY id;

-- name: incidents_in_force
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force
ORDER BY id;

-- name: incidents_ended_since
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force
  AND occurred_to >= to_timestamp(%(since_s)s) AND known_at < to_timestamp(%(known_before_s)s)
ORDER BY known_at, occurred_from, occurred_to, source_key;

-- name: incidents_known_since
SELECT lon, lat, accuracy_m, cell, area, edge, category, basis, from_s, to_s, known_s FROM incident_columns
WHERE partnership = %(partnership)s AND in_force AND known_at >= to_timestamp(%(known_since_s)s)
ORDER BY id;

-- name: log_import
INSERT INTO import_batch (partnership, source, profile_version, read, accepted, rejected, created, changed)
VALUES (%(partnership)s, %(source)s, %(profile_version)s, %(read)s, %(accepted)s, %(rejected)s, %(created)s, %(changed)s);
