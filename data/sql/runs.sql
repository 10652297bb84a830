-- name: insert_run
INSERT INTO run (partnership, run_date, as_of, code_version, parameters, input_digest)
VALUES (%(partnership)s, %(run_date)s, %(as_of)s, %(code_version)s, %(parameters)s, %(input_digest)s)
ON CONFLICT (partnership, run_date, input_digest) DO NOTHING
RETURNING id;

-- name: run_with_digest
SELECT id FROM run
WHERE partnership = %(partnership)s AND run_date = %(run_date)s AND input_digest = %(input_digest)s;

-- name: insert_product
INSERT INTO run_product (run_id, name, media_type, body, etag)
VALUES (%(run_id)s, %(name)s, %(media_type)s, %(body)s, %(etag)s);

-- name: product
-- The newest run of a date speaks for it; without a date, the newest run of the latest date. Of its products the first
-- of the names that there is.
SELECT p.name, p.media_type, p.body, p.etag, r.run_date
FROM run AS r JOIN run_product AS p ON p.run_id = r.id
WHERE r.partnership = %(partnership)s AND p.name = ANY(%(names)s)
  AND (%(run_date)s::date IS NULL OR r.run_date = %(run_date)s::date)
ORDER BY r.run_date DESC, r.id DESC, array_position(%(names)s::text[], p.name) LIMIT 1;

-- name: run_dates
SELECT DISTINCT run_date FROM run WHERE partnership = %(partnership)s ORDER BY run_date;

-- name: runs
SELECT DISTINCT ON (run_date)
    id, run_date, as_of, code_version, encode(input_digest, 'hex') AS input_digest, created_at
FROM run WHERE partnership = %(partnership)s ORDER BY run_date DESC, id DESC LIMIT %(limit)s;

-- name: products_of_run
SELECT name, media_type, body, etag FROM run_product WHERE run_id = %(run_id)s ORDER BY name;

-- name: ready
SELECT count(*) AS migrations FROM schema_migration;
