-- name: add
INSERT INTO report (
    partnership, audience, period_kind, start_on, releases, body, page, paper, sha256, replaces, published_by
)
VALUES (
    %(partnership)s, %(audience)s, %(period_kind)s, %(start_on)s, %(releases)s::bigint[], %(body)s, %(page)s, %(paper)s,
    %(sha256)s, %(replaces)s, %(actor)s
)
ON CONFLICT DO NOTHING RETURNING id;

-- name: in_force
SELECT r.id FROM report AS r
WHERE r.partnership = %(partnership)s AND r.audience = %(audience)s AND r.period_kind = %(period_kind)s
  AND r.start_on = %(start_on)s AND NOT EXISTS (SELECT FROM report AS n WHERE n.replaces = r.id);

-- name: reports
SELECT r.id, r.audience, r.period_kind, r.start_on, r.releases, r.sha256, r.replaces, r.published_at,
    (SELECT n.id FROM report AS n WHERE n.replaces = r.id) AS replaced_by
FROM report AS r
WHERE r.partnership = %(partnership)s AND r.audience = ANY(%(audiences)s::text[])
  AND (%(id)s::bigint IS NULL OR r.id = %(id)s)
ORDER BY r.start_on DESC, r.id DESC LIMIT %(limit)s::bigint;

-- name: snapshot
SELECT body, page, paper, sha256 FROM report WHERE id = %(id)s;
