-- name: add
INSERT INTO account (handle, password_hash) VALUES (%(handle)s, %(password_hash)s) ON CONFLICT DO NOTHING
RETURNING handle;

-- name: accounts
SELECT
    a.handle, a.state, a.password_hash IS NOT NULL AS has_password,
    array(
        SELECT g.partnership || ':' || g.role FROM account_grant AS g WHERE g.account = a.handle ORDER BY 1
    ) AS grants
FROM account AS a
WHERE %(handle)s::text IS NULL OR a.handle = %(handle)s
ORDER BY a.handle;

-- name: lock
SELECT state, password_hash, failures, failed_at FROM account WHERE handle = %(handle)s FOR UPDATE;

-- name: grant
INSERT INTO account_grant (account, partnership, role) VALUES (%(handle)s, %(partnership)s, %(role)s)
ON CONFLICT DO NOTHING;

-- name: revoke_grant
DELETE FROM account_grant WHERE account = %(handle)s AND partnership = %(partnership)s AND role = %(role)s;

-- name: set_state
UPDATE account SET state = %(state)s WHERE handle = %(handle)s;

-- name: set_password
UPDATE account SET password_hash = %(password_hash)s, failures = 0, failed_at = NULL WHERE handle = %(handle)s;

-- name: rehash
-- Only in place of the hash that was right: meanwhile somebody may have set another password.
UPDATE account SET password_hash = %(password_hash)s WHERE handle = %(handle)s AND password_hash = %(before)s;

-- name: count_failure
UPDATE account SET failures = failures + 1, failed_at = %(now)s WHERE handle = %(handle)s;

-- name: forget_failures
UPDATE account SET failures = 0, failed_at = NULL WHERE handle = %(handle)s AND password_hash = %(before)s;

-- name: begin_session
INSERT INTO account_session (key, account, created_at, seen_at, expires_at)
VALUES (%(key)s, %(handle)s, %(now)s, %(now)s, %(expires_at)s);

-- name: end_session
DELETE FROM account_session WHERE key = %(key)s RETURNING account;

-- name: end_other_sessions
DELETE FROM account_session WHERE account = %(handle)s AND (%(key)s::bytea IS NULL OR key <> %(key)s);

-- name: end_old_sessions
DELETE FROM account_session WHERE expires_at <= %(now)s;

-- name: session
SELECT
    s.account, s.created_at, s.seen_at, s.expires_at,
    array(SELECT g.partnership || ':' || g.role FROM account_grant AS g WHERE g.account = a.handle) AS grants
FROM account_session AS s
INNER JOIN account AS a ON a.handle = s.account
WHERE s.key = %(key)s AND a.state = 'active';

-- name: sessions
SELECT key, created_at, seen_at FROM account_session
WHERE account = %(handle)s AND expires_at > %(now)s ORDER BY created_at DESC;

-- name: seen
UPDATE account_session SET seen_at = %(now)s WHERE key = %(key)s AND seen_at < %(now)s;

-- name: allow_once
INSERT INTO one_time_login (account, key, expires_at) VALUES (%(handle)s, %(key)s, %(expires_at)s)
ON CONFLICT (account) DO UPDATE SET key = excluded.key, expires_at = excluded.expires_at;

-- name: use_once
-- Whoever deletes it has it: of two at the same time only one.
DELETE FROM one_time_login WHERE key = %(key)s RETURNING account, expires_at;

-- name: drop_once
DELETE FROM one_time_login WHERE account = %(handle)s;

-- name: add_token
INSERT INTO api_token (prefix, key, account, scopes, created_at, expires_at)
VALUES (%(prefix)s, %(key)s, %(handle)s, %(scopes)s::text[], %(now)s, %(expires_at)s);

-- name: token
SELECT
    t.prefix, t.account, t.scopes, t.created_at, t.expires_at, t.revoked_at, t.last_used_on,
    array(SELECT g.partnership || ':' || g.role FROM account_grant AS g WHERE g.account = a.handle) AS grants
FROM api_token AS t
INNER JOIN account AS a ON a.handle = t.account
WHERE t.key = %(key)s AND a.state = 'active';

-- name: token_used
UPDATE api_token SET last_used_on = %(today)s
WHERE prefix = %(prefix)s AND (last_used_on IS NULL OR last_used_on < %(today)s);

-- name: tokens
SELECT prefix, account, scopes, created_at, expires_at, revoked_at, last_used_on FROM api_token
WHERE %(handle)s::text IS NULL OR account = %(handle)s ORDER BY created_at DESC, prefix;

-- name: revoke_token
UPDATE api_token SET revoked_at = %(now)s
WHERE prefix = %(prefix)s AND revoked_at IS NULL AND (%(handle)s::text IS NULL OR account = %(handle)s)
RETURNING account;
