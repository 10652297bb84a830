-- name: lock
-- Versions of one shift and beat are made one at a time.
SELECT pg_advisory_xact_lock(
    hashtextextended(concat_ws('/', %(partnership)s::text, %(day)s::date, %(shift)s::text, %(beat)s::text), 14)
);

-- name: newest
SELECT id, version, digest FROM plan
WHERE partnership = %(partnership)s AND day = %(day)s AND shift = %(shift)s AND beat = %(beat)s
ORDER BY version DESC LIMIT 1;

-- name: add
INSERT INTO plan (partnership, day, shift, beat, version, made_for, body, digest)
VALUES (
    %(partnership)s, %(day)s, %(shift)s, %(beat)s, %(version)s, %(made_for)s, %(body)s, %(digest)s
) RETURNING id;

-- name: plans
-- The newest version of each shift and beat, and the newest that is approved where that is another.
WITH stated AS (
    SELECT
        p.id, p.day, p.shift, p.beat, p.version, p.made_for, p.body, p.made_at,
        e.at AS approved_at, e.role AS approved_as,
        row_number() OVER (PARTITION BY p.day, p.shift, p.beat ORDER BY p.version DESC) AS back,
        row_number() OVER (PARTITION BY p.day, p.shift, p.beat, e.at IS NULL ORDER BY p.version DESC) AS back_alike
    FROM plan AS p
    LEFT JOIN LATERAL (
        SELECT v.at, v.role, v.action FROM plan_event AS v WHERE v.plan = p.id ORDER BY v.id DESC LIMIT 1
    ) AS e ON e.action = 'approve'
    WHERE p.partnership = %(partnership)s AND p.day = %(day)s::date
      AND (%(shift)s::text IS NULL OR p.shift = %(shift)s)
      AND (%(beat)s::text IS NULL OR p.beat = %(beat)s)
)
SELECT id, day, shift, beat, version, made_for, body, made_at, approved_at, approved_as, back = 1 AS newest
FROM stated WHERE back = 1 OR (approved_at IS NOT NULL AND back_alike = 1)
ORDER BY shift, beat, version DESC;

-- name: plan
SELECT
    p.id, p.day, p.shift, p.beat, p.version, p.made_for, p.body, p.made_at,
    e.at AS approved_at, e.role AS approved_as,
    NOT EXISTS (
        SELECT FROM plan AS q
        WHERE (q.partnership, q.day, q.shift, q.beat) = (p.partnership, p.day, p.shift, p.beat)
          AND q.version > p.version
    ) AS newest
FROM plan AS p
LEFT JOIN LATERAL (
    SELECT v.at, v.role, v.action FROM plan_event AS v WHERE v.plan = p.id ORDER BY v.id DESC LIMIT 1
) AS e ON e.action = 'approve'
WHERE p.partnership = %(partnership)s AND p.id = %(id)s;

-- name: earlier
-- What stood for each earlier day: the approved version where there is one, else the newest.
SELECT DISTINCT ON (p.day) p.day, p.body
FROM plan AS p
LEFT JOIN LATERAL (
    SELECT v.action FROM plan_event AS v WHERE v.plan = p.id ORDER BY v.id DESC LIMIT 1
) AS e ON true
WHERE p.partnership = %(partnership)s AND p.shift = %(shift)s AND p.beat = %(beat)s
  AND p.day < %(day)s::date AND p.day >= %(since)s::date
ORDER BY p.day DESC, (e.action IS NOT DISTINCT FROM 'approve') DESC, p.version DESC;

-- name: add_event
INSERT INTO plan_event (plan, action, role, actor) VALUES (%(id)s, %(action)s, %(role)s, %(actor)s);

-- name: events
SELECT at, action, role, actor FROM plan_event WHERE plan = %(id)s ORDER BY id;

-- name: add_rule
INSERT INTO plan_rule (partnership, beat, shift, cell, kind, reason, start_on, stop_on, placed_by)
VALUES (
    %(partnership)s, %(beat)s, %(shift)s, %(cell)s, %(kind)s, %(reason)s, %(start)s, %(stop)s, %(actor)s
) RETURNING id;

-- name: lift_rule
UPDATE plan_rule SET lifted_at = clock_timestamp(), lifted_by = %(actor)s
WHERE partnership = %(partnership)s AND id = %(id)s AND lifted_at IS NULL
RETURNING beat;

-- name: rules
SELECT id, beat, shift, cell, kind, reason, start_on AS start, stop_on AS stop
FROM plan_rule
WHERE partnership = %(partnership)s AND lifted_at IS NULL AND stop_on > %(day)s::date
  AND (%(beat)s::text IS NULL OR beat = %(beat)s)
ORDER BY id;

-- name: document
SELECT body FROM plan_document WHERE plan = %(id)s AND digest = %(digest)s;

-- name: keep_document
-- What was laid out before for the plan is of no use any more.
WITH old AS (DELETE FROM plan_document WHERE plan = %(id)s AND digest <> %(digest)s)
INSERT INTO plan_document (plan, digest, body) VALUES (%(id)s, %(digest)s, %(body)s) ON CONFLICT DO NOTHING;

-- name: put_feedback
INSERT INTO plan_feedback (partnership, day, planned, expected, ratio, p)
VALUES (%(partnership)s, %(day)s, %(planned)s, %(expected)s, %(ratio)s, %(p)s)
ON CONFLICT (partnership, day) DO UPDATE
SET planned = excluded.planned, expected = excluded.expected, ratio = excluded.ratio, p = excluded.p;

-- name: feedback
SELECT planned, expected, ratio, p FROM plan_feedback
WHERE partnership = %(partnership)s AND day <= %(day)s::date ORDER BY day DESC LIMIT 1;

-- name: compared_plans
-- What the ranking chose, and what the cap left out, with the incidents expected there, in what stood for each shift,
-- beat and day: the approved version where there is one, else the newest.
SELECT
    s.shift, s.day,
    (
        SELECT coalesce(jsonb_object_agg(stop ->> 'cell', stop -> 'here'), '{}')
        FROM jsonb_array_elements(convert_from(s.body, 'UTF8')::jsonb -> 'stops') AS stop
        WHERE stop ->> 'reason' IN ('hot', 'expected', 'recent') AND stop ->> 'here' IS NOT NULL
    ) AS planned,
    (
        SELECT coalesce(jsonb_object_agg(place ->> 'cell', place -> 'here'), '{}')
        FROM jsonb_array_elements(convert_from(s.body, 'UTF8')::jsonb -> 'left_out') AS place
        WHERE place ->> 'why' = 'capped' AND place ->> 'here' IS NOT NULL
    ) AS capped
FROM (
    SELECT DISTINCT ON (p.shift, p.beat, p.day) p.shift, p.beat, p.day, p.body
    FROM plan AS p
    LEFT JOIN LATERAL (
        SELECT v.action FROM plan_event AS v WHERE v.plan = p.id ORDER BY v.id DESC LIMIT 1
    ) AS e ON true
    WHERE p.partnership = %(partnership)s AND p.day < %(day)s::date AND p.day >= %(since)s::date
    ORDER BY p.shift, p.beat, p.day, (e.action IS NOT DISTINCT FROM 'approve') DESC, p.version DESC
) AS s;

-- name: put_visit
INSERT INTO plan_visit (plan, cell, number, outcome) VALUES (%(id)s, %(cell)s, %(number)s, %(outcome)s)
ON CONFLICT (plan, cell, number) DO UPDATE SET outcome = excluded.outcome, at = clock_timestamp();

-- name: visits
SELECT plan, cell, number, outcome FROM plan_visit WHERE plan = ANY(%(plans)s::bigint[]) ORDER BY plan, cell, number;

-- name: add_zone
INSERT INTO legal_zone (partnership, kind, areas, starts_at, ends_at, decided_on, entered_by)
VALUES (
    %(partnership)s, %(kind)s, %(areas)s::text[], %(starts)s, %(ends)s, %(decided_on)s, %(actor)s
) RETURNING id;

-- name: withdraw_zone
UPDATE legal_zone SET withdrawn_at = clock_timestamp(), withdrawn_by = %(actor)s
WHERE partnership = %(partnership)s AND id = %(id)s AND withdrawn_at IS NULL;

-- name: zones
SELECT id, kind, areas, starts_at AS starts, ends_at AS ends, decided_on
FROM legal_zone
WHERE partnership = %(partnership)s AND withdrawn_at IS NULL
  AND ends_at > %(since)s::timestamptz AND starts_at < %(until)s::timestamptz
ORDER BY starts_at, id;
