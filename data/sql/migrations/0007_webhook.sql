-- What other systems are to be told: written with the event itself, so that neither is there without the other. An
-- event, an alert's number and how the delivery stands: no figure, no place, no person.
CREATE TABLE webhook_outbox (
    id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event           uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),  -- what receivers know it by
    alert           bigint NOT NULL REFERENCES alert (id),
    type            text NOT NULL,
    at              timestamptz NOT NULL DEFAULT clock_timestamp(),
    state           text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'delivered', 'given-up')),
    attempts        integer NOT NULL DEFAULT 0,
    outcome         text,  -- of the last attempt, a code
    tried_at        timestamptz,
    next_attempt_at timestamptz,  -- none before the first: due at once
    give_up_at      timestamptz NOT NULL
);
CREATE INDEX webhook_waiting ON webhook_outbox (alert, id) WHERE state = 'waiting';
