-- name: lock
SELECT pg_advisory_xact_lock(hashtextextended('indicator:' || %(partnership)s::text, 0));

-- name: add
-- The value that counts already is not written again.
INSERT INTO indicator_value (partnership, series, area, start_on, stop_on, value, lower, upper, imported_by)
SELECT
    %(partnership)s, %(series)s, %(area)s, %(start)s::date, %(stop)s::date, %(value)s::float8, %(lower)s::float8,
    %(upper)s::float8, %(actor)s
WHERE (%(value)s::float8, %(lower)s::float8, %(upper)s::float8) IS DISTINCT FROM (
    SELECT (v.value, v.lower, v.upper) FROM indicator_value AS v
    WHERE v.partnership = %(partnership)s AND v.series = %(series)s AND v.area IS NOT DISTINCT FROM %(area)s
      AND v.start_on = %(start)s::date AND v.stop_on = %(stop)s::date
    ORDER BY v.id DESC LIMIT 1
)
RETURNING id;

-- name: values
-- The newest value of each series, area and days.
SELECT DISTINCT ON (series, area, start_on, stop_on) series, area, start_on, stop_on, value, lower, upper
FROM indicator_value WHERE partnership = %(partnership)s
ORDER BY series, area, start_on, stop_on, id DESC;
