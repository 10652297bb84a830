-- name: log
INSERT INTO audit_incoming (actor, action, purpose, subject, recipient, outcome)
VALUES (%(actor)s, %(action)s, %(purpose)s, %(subject)s, %(recipient)s, %(outcome)s);

-- name: rows
SELECT id, at, actor, action, purpose, subject, recipient, outcome, hash FROM audit ORDER BY id;

-- name: head
SELECT id, hash FROM audit_head;

-- name: chosen
SELECT id, at, actor, action, purpose, subject, recipient, outcome, hash
FROM audit
WHERE (%(action)s::text IS NULL OR action = %(action)s::text)
  AND (%(actor)s::text IS NULL OR actor = %(actor)s::text)
  AND (%(since)s::timestamptz IS NULL OR at >= %(since)s::timestamptz)
  AND (%(until)s::timestamptz IS NULL OR at < %(until)s::timestamptz)
  AND (%(after)s::bigint IS NULL OR id < %(after)s::bigint)
ORDER BY id DESC LIMIT %(limit)s::bigint;

-- name: actors
SELECT DISTINCT actor FROM audit ORDER BY actor;

-- name: extractions
-- Times at which figures left, by whom and about what.
SELECT extract(epoch FROM at)::bigint AS at_s, actor, subject, action
FROM audit
WHERE at >= %(since)s AND at < %(until)s AND action IN ('consultation', 'export', 'disclosure')
  AND purpose NOT IN ('operation', 'audit')
ORDER BY id;
