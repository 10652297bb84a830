-- name: copy_entries
COPY panel_entry (cell, shift_date, weight_ppm, partnership, area, shift, category, basis) FROM STDIN (FORMAT binary);

-- name: panel
SELECT cell, area, shift_date - DATE '1970-01-01' AS day, shift, category, basis, weight_ppm
FROM panel WHERE partnership = %(partnership)s
ORDER BY cell, area, shift_date, shift, category, basis;

-- name: panel_days
SELECT count(*) AS entries, min(shift_date) - DATE '1970-01-01' AS first, max(shift_date) - DATE '1970-01-01' AS last
FROM panel_entry WHERE partnership = %(partnership)s;

-- name: panel_between
-- Half-open in days; not in any order.
SELECT cell, area, shift_date - DATE '1970-01-01' AS day, shift, category, basis, weight_ppm
FROM panel
WHERE partnership = %(partnership)s
  AND shift_date >= DATE '1970-01-01' + %(first)s::integer AND shift_date < DATE '1970-01-01' + %(stop)s::integer;
