-- name: lock
-- Two releases made at the same time would not know of each other.
SELECT pg_advisory_xact_lock(hashtextextended('release:' || %(partnership)s::text, 0));

-- name: newest_snapshots
SELECT DISTINCT ON (month) id, month, as_of, body, sha256 FROM release_snapshot
WHERE partnership = %(partnership)s AND month >= %(start)s::date AND month < %(stop)s::date
ORDER BY month, id DESC;

-- name: snapshots
SELECT id, month, as_of, body, sha256 FROM release_snapshot
WHERE partnership = %(partnership)s AND month >= %(start)s::date AND month < %(stop)s::date ORDER BY id;

-- name: add_snapshot
INSERT INTO release_snapshot (partnership, month, as_of, body, sha256)
VALUES (%(partnership)s, %(month)s, %(as_of)s, %(body)s, %(sha256)s) RETURNING id;

-- name: add
INSERT INTO release (
    partnership, audience, table_kind, period_kind, start_on, as_of, rule_version, snapshots, body, sha256, replaces,
    released_by
)
VALUES (
    %(partnership)s, %(audience)s, %(table_kind)s, %(period_kind)s, %(start_on)s, %(as_of)s, %(rule_version)s,
    %(snapshots)s::bigint[], %(body)s, %(sha256)s, %(replaces)s, %(actor)s
)
ON CONFLICT DO NOTHING RETURNING id;

-- name: withdraw
UPDATE release
SET state = 'withdrawn', reason = %(reason)s, withdrawn_at = transaction_timestamp(), withdrawn_by = %(actor)s
WHERE partnership = %(partnership)s AND id = %(id)s AND state = 'published' RETURNING id;

-- name: in_year
-- Whatever was ever seen, withdrawn or not.
SELECT table_kind, period_kind, start_on, snapshots, body FROM release
WHERE partnership = %(partnership)s AND start_on >= %(start)s::date AND start_on < %(stop)s::date ORDER BY id;

-- name: releases
SELECT r.id, r.audience, r.table_kind, r.period_kind, r.start_on, r.as_of, r.rule_version, r.body, r.sha256, r.replaces,
    r.released_at, r.released_by, r.state, r.reason,
    (SELECT n.id FROM release AS n WHERE n.replaces = r.id) AS replaced_by
FROM release AS r
WHERE r.partnership = %(partnership)s AND r.audience = ANY(%(audiences)s::text[])
  AND (%(id)s::bigint IS NULL OR r.id = %(id)s)
ORDER BY r.start_on DESC, r.id DESC LIMIT %(limit)s::bigint;
