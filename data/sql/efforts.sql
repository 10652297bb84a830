-- name: add
-- The same effort twice would be counted twice; the one that is there stays.
INSERT INTO intervention (partnership, area, kind, start_on, stop_on, categories, entered_by)
VALUES (%(partnership)s, %(area)s, %(kind)s, %(start)s, %(stop)s, %(categories)s::text[], %(actor)s)
ON CONFLICT DO NOTHING RETURNING id;

-- name: same
SELECT id FROM intervention
WHERE partnership = %(partnership)s AND area = %(area)s AND kind = %(kind)s AND start_on = %(start)s
  AND categories = %(categories)s::text[] AND NOT withdrawn;

-- name: add_event
INSERT INTO intervention_event (intervention, actor, action, stop_on)
VALUES (%(id)s, %(actor)s, %(action)s, %(stop)s);

-- name: lock
SELECT start_on, stop_on, withdrawn FROM intervention
WHERE partnership = %(partnership)s AND id = %(id)s FOR UPDATE;

-- name: set
UPDATE intervention SET stop_on = %(stop)s, withdrawn = %(withdrawn)s WHERE id = %(id)s;

-- name: efforts
-- Newest first; with ``after``, what follows that effort.
SELECT id, area, kind, start_on, stop_on, categories, withdrawn, entered_at, entered_by
FROM intervention
WHERE partnership = %(partnership)s
  AND (%(id)s::bigint IS NULL OR id = %(id)s)
  AND (%(area)s::text IS NULL OR area = %(area)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(withdrawn)s::boolean OR NOT withdrawn)
  AND (
      %(after)s::bigint IS NULL
      OR (start_on, id) < (SELECT l.start_on, l.id FROM intervention AS l WHERE l.id = %(after)s)
  )
ORDER BY start_on DESC, id DESC LIMIT %(limit)s::bigint;

-- name: events
SELECT at, actor, action, stop_on AS stop FROM intervention_event WHERE intervention = %(id)s ORDER BY id;
