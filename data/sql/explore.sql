-- name: copy_counts
-- The ledger's entries as they are: adding them up is the reader's. Positions of what is asked for, so that all columns
-- are numbers. What is past its cells' time has no cell (0).
COPY (
    SELECT
        e.cell, e.shift_date - DATE '1970-01-01',
        (array_position(%(areas)s::text[], e.area) - 1)::smallint,
        (array_position(%(shifts)s::text[], e.shift) - 1)::smallint,
        (array_position(%(categories)s::text[], e.category) - 1)::smallint,
        e.weight_ppm
    FROM panel_entry AS e
    WHERE e.partnership = %(partnership)s
      AND (
          (e.shift_date >= DATE '1970-01-01' + %(first)s::integer AND e.shift_date < DATE '1970-01-01' + %(stop)s::integer)
          OR (
              e.shift_date >= DATE '1970-01-01' + %(compared_first)s::integer
              AND e.shift_date < DATE '1970-01-01' + %(compared_stop)s::integer
          )
      )
      AND e.area = ANY(%(chosen_areas)s::text[]) AND e.shift = ANY(%(chosen_shifts)s::text[])
      AND e.category = ANY(%(chosen_categories)s::text[]) AND e.basis = ANY(%(chosen_bases)s::text[])
    UNION ALL
    SELECT
        0::bigint, d.shift_date - DATE '1970-01-01',
        (array_position(%(areas)s::text[], d.area) - 1)::smallint,
        (array_position(%(shifts)s::text[], d.shift) - 1)::smallint,
        (array_position(%(categories)s::text[], d.category) - 1)::smallint,
        d.weight_ppm
    FROM area_day AS d
    WHERE d.partnership = %(partnership)s
      AND (
          (d.shift_date >= DATE '1970-01-01' + %(first)s::integer AND d.shift_date < DATE '1970-01-01' + %(stop)s::integer)
          OR (
              d.shift_date >= DATE '1970-01-01' + %(compared_first)s::integer
              AND d.shift_date < DATE '1970-01-01' + %(compared_stop)s::integer
          )
      )
      AND d.area = ANY(%(chosen_areas)s::text[]) AND d.shift = ANY(%(chosen_shifts)s::text[])
      AND d.category = ANY(%(chosen_categories)s::text[]) AND d.basis = ANY(%(chosen_bases)s::text[])
) TO STDOUT (FORMAT binary);

-- name: copy_times
-- Of incidents in force that may have happened in the period, in no order.
COPY (
    SELECT i.cell, extract(epoch FROM i.occurred_from)::bigint, extract(epoch FROM i.occurred_to)::bigint
    FROM incident AS i
    WHERE i.partnership = %(partnership)s AND i.in_force
      AND i.occurred_from < to_timestamp(%(stop_s)s) AND i.occurred_to >= to_timestamp(%(first_s)s)
      AND i.area = ANY(%(chosen_areas)s::text[])
      AND i.category = ANY(%(chosen_categories)s::text[]) AND i.basis = ANY(%(chosen_bases)s::text[])
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
