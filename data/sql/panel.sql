-- name: create_delta
CREATE TEMPORARY TABLE delta (
    cell bigint, area text, day integer, shift text, category text, basis text, weight_ppm bigint
) ON COMMIT DROP;

-- name: copy_delta
COPY delta FROM STDIN (FORMAT binary);

-- name: apply_delta
-- MERGE, because a row that comes to nothing must leave: a weight of 0 is not allowed in the panel.
MERGE INTO panel AS p
USING (SELECT *, DATE '1970-01-01' + day AS shift_date FROM delta) AS d
ON p.partnership = %(partnership)s AND p.shift_date = d.shift_date AND p.cell = d.cell AND p.area = d.area
    AND p.shift = d.shift AND p.category = d.category AND p.basis = d.basis
WHEN MATCHED AND p.weight_ppm + d.weight_ppm = 0 THEN DELETE
WHEN MATCHED THEN UPDATE SET weight_ppm = p.weight_ppm + d.weight_ppm
WHEN NOT MATCHED THEN INSERT VALUES (
    %(partnership)s, d.cell, d.area, d.shift_date, d.shift, d.category, d.basis, d.weight_ppm
);

-- name: panel
SELECT cell, area, shift_date - DATE '1970-01-01' AS day, shift, category, basis, weight_ppm
FROM panel WHERE partnership = %(partnership)s
ORDER BY cell, area, shift_date, shift, category, basis;
