-- name: continuing
-- The alert of the same signal: one of its class that lasted until at most so many days before the signal began again.
SELECT id, status FROM alert
WHERE partnership = %(partnership)s AND neighbour = %(neighbour)s AND category = %(category)s AND kind = %(kind)s
  AND moved_to = %(moved_to)s AND from_stratum = %(from_stratum)s AND to_stratum = %(to_stratum)s
  AND last_on >= %(raised_on)s::date - %(gap_days)s::integer AND raised_on <= %(last_on)s::date
ORDER BY raised_on, id LIMIT 1;

-- name: raise
INSERT INTO alert (
    partnership, neighbour, category, kind, raised_on, last_on, onset, onset_from, onset_to, treated_observed,
    treated_expected, neighbour_observed, neighbour_expected, share, share_lower, share_upper, p, recurrence_days,
    moved_to, from_stratum, to_stratum
) VALUES (
    %(partnership)s, %(neighbour)s, %(category)s, %(kind)s, %(raised_on)s, %(last_on)s, %(onset)s, %(onset_from)s,
    %(onset_to)s, %(treated_observed)s, %(treated_expected)s, %(neighbour_observed)s, %(neighbour_expected)s,
    %(share)s, %(share_lower)s, %(share_upper)s, %(p)s, %(recurrence_days)s,
    %(moved_to)s, %(from_stratum)s, %(to_stratum)s
) RETURNING id;

-- name: follow
-- A run of an earlier day adds its evidence and leaves the figures of the latest.
UPDATE alert SET
    kind = %(kind)s, last_on = %(last_on)s, onset = %(onset)s, onset_from = %(onset_from)s, onset_to = %(onset_to)s,
    treated_observed = %(treated_observed)s, treated_expected = %(treated_expected)s,
    neighbour_observed = %(neighbour_observed)s, neighbour_expected = %(neighbour_expected)s,
    share = %(share)s, share_lower = %(share_lower)s, share_upper = %(share_upper)s, p = %(p)s,
    recurrence_days = %(recurrence_days)s
WHERE id = %(id)s AND last_on <= %(last_on)s;

-- name: keep_evidence
INSERT INTO alert_evidence (alert, day, body, sha256) VALUES (%(id)s, %(day)s, %(body)s, %(sha256)s)
ON CONFLICT (alert, day) DO UPDATE SET body = excluded.body, sha256 = excluded.sha256;

-- name: add_event
INSERT INTO alert_event (alert, actor, action, reason, status, until, other)
VALUES (%(id)s, %(actor)s, %(action)s, %(reason)s, %(status)s, %(until)s, %(other)s);

-- name: lock_alert
SELECT status, snoozed_until FROM alert WHERE partnership = %(partnership)s AND id = %(id)s FOR UPDATE;

-- name: set_state
UPDATE alert SET status = %(status)s, snoozed_until = %(snoozed_until)s, changed_at = transaction_timestamp()
WHERE id = %(id)s;

-- name: alerts
-- Newest first; with ``after``, what follows that alert.
SELECT
    id, neighbour, category, kind, raised_on, last_on, onset, onset_from, onset_to, treated_observed,
    treated_expected, neighbour_observed, neighbour_expected, share, share_lower, share_upper, p, recurrence_days,
    moved_to, from_stratum, to_stratum, status, snoozed_until
FROM alert
WHERE partnership = %(partnership)s
  AND (%(id)s::bigint IS NULL OR id = %(id)s)
  AND (%(statuses)s::text[] IS NULL OR status = ANY(%(statuses)s))
  AND (%(neighbour)s::text IS NULL OR neighbour = %(neighbour)s)
  AND (%(category)s::text IS NULL OR category = %(category)s)
  AND (%(kind)s::text IS NULL OR kind = %(kind)s)
  AND (%(moved_to)s::text IS NULL OR moved_to = %(moved_to)s)
  AND (%(since)s::date IS NULL OR last_on >= %(since)s)
  AND (%(until)s::date IS NULL OR raised_on < %(until)s)
  AND (
      %(after)s::bigint IS NULL
      OR (raised_on, id) < (SELECT l.raised_on, l.id FROM alert AS l WHERE l.id = %(after)s)
  )
ORDER BY raised_on DESC, id DESC LIMIT %(limit)s;

-- name: events
SELECT at, actor, action, reason, status, until, other FROM alert_event WHERE alert = %(id)s ORDER BY id;

-- name: evidence
-- Of a day; of the last there is without one.
SELECT day, body, sha256 FROM alert_evidence
WHERE alert = %(id)s AND (%(day)s::date IS NULL OR day = %(day)s) ORDER BY day DESC LIMIT 1;

-- name: threshold
SELECT body FROM watch_threshold WHERE digest = %(digest)s;

-- name: keep_threshold
INSERT INTO watch_threshold (digest, body) VALUES (%(digest)s, %(body)s) ON CONFLICT (digest) DO NOTHING;

-- name: power
SELECT body FROM watch_power WHERE digest = %(digest)s;

-- name: latest_power
SELECT body FROM watch_power WHERE partnership = %(partnership)s ORDER BY month DESC, made_at DESC LIMIT 1;

-- name: keep_power
INSERT INTO watch_power (digest, partnership, month, body)
VALUES (%(digest)s, %(partnership)s, %(month)s, %(body)s) ON CONFLICT (digest) DO NOTHING;
