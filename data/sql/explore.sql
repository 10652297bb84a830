-- name: copy_counts
-- The ledger added up once for all that is shown: kind 0 by cell and area, 1 by day and area, 2 by day and category, 3 by
-- day and shift; the day kinds of the chosen cell alone, whose bits ``cell_mask`` keeps. Names leave as positions, so
-- that all columns are numbers. What is past its cells' time has no cell (0).
COPY (
    WITH chosen AS (
        SELECT e.cell, e.area, e.shift_date, e.shift, e.category, e.weight_ppm
        FROM panel_entry AS e
        WHERE e.partnership = %(partnership)s
          AND (
              (
                  e.shift_date >= DATE '1970-01-01' + %(first)s::integer
                  AND e.shift_date < DATE '1970-01-01' + %(stop)s::integer
              ) OR (
                  e.shift_date >= DATE '1970-01-01' + %(compared_first)s::integer
                  AND e.shift_date < DATE '1970-01-01' + %(compared_stop)s::integer
              )
          )
          AND e.area = ANY(%(chosen_areas)s::text[]) AND e.shift = ANY(%(chosen_shifts)s::text[])
          AND e.category = ANY(%(chosen_categories)s::text[]) AND e.basis = ANY(%(chosen_bases)s::text[])
          AND (%(every_weekday)s OR extract(isodow FROM e.shift_date)::integer = ANY(%(weekdays)s::integer[]))
        UNION ALL
        SELECT 0::bigint, d.area, d.shift_date, d.shift, d.category, d.weight_ppm
        FROM area_day AS d
        WHERE d.partnership = %(partnership)s
          AND (
              (
                  d.shift_date >= DATE '1970-01-01' + %(first)s::integer
                  AND d.shift_date < DATE '1970-01-01' + %(stop)s::integer
              ) OR (
                  d.shift_date >= DATE '1970-01-01' + %(compared_first)s::integer
                  AND d.shift_date < DATE '1970-01-01' + %(compared_stop)s::integer
              )
          )
          AND d.area = ANY(%(chosen_areas)s::text[]) AND d.shift = ANY(%(chosen_shifts)s::text[])
          AND d.category = ANY(%(chosen_categories)s::text[]) AND d.basis = ANY(%(chosen_bases)s::text[])
          AND (%(every_weekday)s OR extract(isodow FROM d.shift_date)::integer = ANY(%(weekdays)s::integer[]))
    )
    SELECT
        (CASE
            WHEN grouping(c.cell) = 0 THEN 0 WHEN grouping(c.area) = 0 THEN 1 WHEN grouping(c.category) = 0 THEN 2 ELSE 3
        END)::smallint,
        coalesce(c.cell, 0)::bigint,
        coalesce(c.shift_date - DATE '1970-01-01', 0)::integer,
        (coalesce(
            array_position(%(areas)s::text[], c.area),
            array_position(%(categories)s::text[], c.category),
            array_position(%(shifts)s::text[], c.shift)
        ) - 1)::smallint,
        coalesce(sum(c.weight_ppm) FILTER (
            WHERE c.shift_date >= DATE '1970-01-01' + %(first)s::integer
              AND c.shift_date < DATE '1970-01-01' + %(stop)s::integer
        ), 0)::bigint,
        coalesce(sum(c.weight_ppm) FILTER (
            WHERE c.shift_date >= DATE '1970-01-01' + %(compared_first)s::integer
              AND c.shift_date < DATE '1970-01-01' + %(compared_stop)s::integer
        ), 0)::bigint,
        coalesce(sum(c.weight_ppm) FILTER (WHERE c.cell & %(cell_mask)s::bigint = %(cell_bits)s::bigint), 0)::bigint
    FROM chosen AS c
    GROUP BY GROUPING SETS (
        (c.cell, c.area), (c.shift_date, c.area), (c.shift_date, c.category), (c.shift_date, c.shift)
    )
) TO STDOUT (FORMAT binary);

-- name: copy_times
-- How many incidents in force, of the chosen cell, may have happened in the period, by when. Where shifts change at whole
-- hours, one that lies within an hour is as good as at the start of it: there are far fewer hours than incidents.
COPY (
    SELECT t.from_s, t.to_s, count(*)
    FROM (
        SELECT
            CASE WHEN w.within THEN w.from_s - w.from_s %% 3600 ELSE w.from_s END AS from_s,
            CASE WHEN w.within THEN w.from_s - w.from_s %% 3600 ELSE w.to_s END AS to_s
        FROM (
            SELECT
                f.from_s, f.to_s,
                %(whole_hours)s AND f.from_s / 3600 = greatest(f.to_s - 1, f.from_s) / 3600 AS within
            FROM (
                SELECT
                    extract(epoch FROM i.occurred_from)::bigint AS from_s, extract(epoch FROM i.occurred_to)::bigint AS to_s
                FROM incident AS i
                WHERE i.partnership = %(partnership)s AND i.in_force
                  AND i.occurred_from < to_timestamp(%(stop_s)s) AND i.occurred_to >= to_timestamp(%(first_s)s)
                  AND i.area = ANY(%(chosen_areas)s::text[])
                  AND i.category = ANY(%(chosen_categories)s::text[]) AND i.basis = ANY(%(chosen_bases)s::text[])
                  AND i.cell & %(cell_mask)s::bigint = %(cell_bits)s::bigint
            ) AS f
        ) AS w
    ) AS t
    GROUP BY t.from_s, t.to_s
) TO STDOUT (FORMAT binary);

-- name: data_days
-- From the first to the last shift-date with an incident in an area; NULL where there is none.
SELECT min(first)::integer AS first, max(last)::integer AS last
FROM (
    SELECT min(shift_date) - DATE '1970-01-01' AS first, max(shift_date) - DATE '1970-01-01' AS last
    FROM panel_entry WHERE partnership = %(partnership)s AND area <> ''
    UNION ALL
    SELECT min(shift_date) - DATE '1970-01-01', max(shift_date) - DATE '1970-01-01'
    FROM area_day WHERE partnership = %(partnership)s AND area <> ''
) AS both_kinds;

-- name: newest_import
SELECT id, extract(epoch FROM imported_at)::bigint AS at_s FROM import_batch
WHERE partnership = %(partnership)s ORDER BY id DESC LIMIT 1;

-- name: save_question
INSERT INTO saved_question (partnership, account, subject, filters)
VALUES (%(partnership)s, %(account)s, %(subject)s, %(filters)s)
RETURNING id;

-- name: saved_questions
SELECT id, subject, filters, saved_at FROM saved_question
WHERE partnership = %(partnership)s AND account = %(account)s ORDER BY id DESC LIMIT %(limit)s;

-- name: delete_question
DELETE FROM saved_question
WHERE partnership = %(partnership)s AND account = %(account)s AND id = %(id)s;
