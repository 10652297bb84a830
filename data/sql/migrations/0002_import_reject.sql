-- Why rows of an import were rejected, by the reason alone.
CREATE TABLE import_reject (
    import_batch bigint NOT NULL REFERENCES import_batch (id),
    reason       text NOT NULL,
    rows         bigint NOT NULL CHECK (rows > 0),
    PRIMARY KEY (import_batch, reason)
);
