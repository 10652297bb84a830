-- name: announce
INSERT INTO webhook_outbox (alert, type, give_up_at)
VALUES (%(id)s, %(type)s, transaction_timestamp() + %(give_up_after)s::interval);

-- name: expire
-- What is being sent is left to its sender.
UPDATE webhook_outbox SET state = 'given-up', outcome = coalesce(outcome, 'too old')
WHERE id IN (
    SELECT o.id FROM webhook_outbox AS o JOIN alert AS a ON a.id = o.alert
    WHERE a.partnership = %(partnership)s AND o.state = 'waiting' AND o.give_up_at <= %(now)s
    FOR UPDATE OF o SKIP LOCKED
);

-- name: take_due
-- The next that may be sent, held until the transaction ends; others take another. Those of one alert go in order:
-- while an earlier one waits, whoever holds it, later ones are not due. Those that never failed come first, so that
-- one that always fails keeps no other waiting.
SELECT o.id, o.event::text AS event, o.type, o.at, o.alert, o.attempts, o.give_up_at
FROM webhook_outbox AS o JOIN alert AS a ON a.id = o.alert
WHERE a.partnership = %(partnership)s AND o.state = 'waiting'
  AND (o.next_attempt_at IS NULL OR o.next_attempt_at <= %(now)s)
  AND NOT EXISTS (
      SELECT FROM webhook_outbox AS e WHERE e.alert = o.alert AND e.state = 'waiting' AND e.id < o.id
  )
ORDER BY o.attempts, o.id LIMIT 1
FOR UPDATE OF o SKIP LOCKED;

-- name: settle
UPDATE webhook_outbox SET
    state = %(state)s, attempts = %(attempts)s, outcome = %(outcome)s, next_attempt_at = %(next_attempt_at)s,
    tried_at = %(now)s
WHERE id = %(id)s;

-- name: wait_again
UPDATE webhook_outbox AS o SET
    state = 'waiting', attempts = 0, next_attempt_at = NULL,
    give_up_at = %(now)s::timestamptz + %(give_up_after)s::interval
FROM alert AS a
WHERE a.id = o.alert AND a.partnership = %(partnership)s AND o.state = 'given-up';

-- name: outbox
SELECT o.event::text AS id, o.type, o.at, o.alert, o.state, o.attempts, o.outcome, o.tried_at, o.next_attempt_at
FROM webhook_outbox AS o JOIN alert AS a ON a.id = o.alert
WHERE a.partnership = %(partnership)s AND (%(state)s::text IS NULL OR o.state = %(state)s)
ORDER BY o.id DESC LIMIT %(limit)s;
