-- What the watch can find: simulated once for the days of a month, by what it rests on. The last one made for the last
-- month is the one that is told.
CREATE TABLE watch_power (
    digest      bytea PRIMARY KEY CHECK (octet_length(digest) = 32),
    partnership text NOT NULL,
    month       date NOT NULL,
    made_at     timestamptz NOT NULL DEFAULT clock_timestamp(),
    body        bytea NOT NULL
);
CREATE INDEX watch_power_latest ON watch_power (partnership, month DESC, made_at DESC);
