-- Who may log in: functions, never people. No address, no place on the network and nothing that was typed is kept;
-- of every secret only what it can be checked by.
CREATE TABLE account (
    handle        text PRIMARY KEY
    CHECK (handle ~ '^(oidc-[0-9a-f]{12}|[a-z]{2,20}(-[a-z]{2,20}){0,2}-[1-9][0-9]{0,2})$'),
    password_hash text CHECK (password_hash ~ '^[$]argon2id[$]'),  -- none: no login with a password
    state         text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'disabled')),
    failures      integer NOT NULL DEFAULT 0 CHECK (failures >= 0),  -- wrong passwords since the last right one
    failed_at     timestamptz,
    created_at    timestamptz NOT NULL DEFAULT transaction_timestamp(),
    CHECK (handle !~ '^oidc-' OR password_hash IS NULL)
);

CREATE TABLE account_grant (
    account     text NOT NULL REFERENCES account (handle),
    partnership text NOT NULL CHECK (partnership ~ '^[a-z0-9-]{1,60}$'),
    role        text NOT NULL
    CHECK (role IN ('planner', 'analyst', 'steering', 'guest', 'ingest', 'auditor', 'admin')),
    PRIMARY KEY (account, partnership, role)
);

CREATE TABLE account_session (
    key        bytea PRIMARY KEY CHECK (octet_length(key) = 32),  -- SHA-256 of the id in the cookie
    account    text NOT NULL REFERENCES account (handle),
    created_at timestamptz NOT NULL,
    seen_at    timestamptz NOT NULL,
    expires_at timestamptz NOT NULL CHECK (expires_at > created_at)
);
CREATE INDEX account_session_of ON account_session (account);

CREATE TABLE one_time_login (
    account    text PRIMARY KEY REFERENCES account (handle),
    key        bytea NOT NULL UNIQUE CHECK (octet_length(key) = 32),  -- SHA-256 of the code
    expires_at timestamptz NOT NULL
);

CREATE TABLE api_token (
    prefix       text PRIMARY KEY CHECK (prefix ~ '^[a-z0-9]{8}$'),
    key          bytea NOT NULL UNIQUE CHECK (octet_length(key) = 32),  -- SHA-256 of the token
    account      text NOT NULL REFERENCES account (handle),
    scopes       text[] NOT NULL CHECK (cardinality(scopes) > 0),
    created_at   timestamptz NOT NULL,
    expires_at   timestamptz NOT NULL CHECK (expires_at > created_at),
    revoked_at   timestamptz,
    last_used_on date
);
CREATE INDEX api_token_of ON api_token (account);

ALTER TABLE audit DROP CONSTRAINT audit_action_check;
ALTER TABLE audit ADD CONSTRAINT audit_action_check CHECK (
    action IN (
        'import', 'run', 'consultation', 'alert', 'effort', 'change', 'export', 'disclosure', 'combination',
        'deletion', 'login', 'account'
    )
);
