"""The outbox of the webhook: announcements wait here until a receiver has them, or until they are given up.

At least once and in order per alert: an announcement is held by one sender at a time, in a transaction that ends with
what became of it. Whatever ends a sender before that leaves the announcement waiting, under the same id.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from psycopg.rows import class_row, dict_row

from data.audit_log import add_line
from data.statements import statements
from models.alert_announcement import (
    GIVE_UP_AFTER,
    Announcement,
    Answer,
    Delivery,
    DeliveryState,
    EventType,
    after_attempt,
    event_type,
)
from models.alert_life import Status
from models.audit import audit_entry

WEBHOOK = statements("webhook")
Connection = psycopg.Connection[Any]
RECEIVER = "webhook"  # to the log; the settings say where that is


@dataclass(frozen=True)
class OutboxEntry:
    """An announcement and how its delivery stands; ``outcome`` and ``tried_at`` are of the last attempt."""

    id: str
    type: EventType
    at: datetime
    alert: int
    state: DeliveryState
    attempts: int
    outcome: str | None
    tried_at: datetime | None
    next_attempt_at: datetime | None


class WebhookOutbox:
    """The outbox in one store; ``transaction`` opens one."""

    def __init__(self, transaction: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._transaction = transaction

    def deliver_next(
        self,
        partnership: str,
        send: Callable[[Announcement], Answer],
        *,
        actor: str,
        clock: Callable[[], datetime],
        rng: np.random.Generator,
    ) -> Delivery | None:
        """``send`` the next announcement that is due and keep what became of it; None where none is due.

        While it is being sent no other sender can have it, nor a later one of the same alert.
        """
        with self._transaction() as connection, connection.cursor(row_factory=dict_row) as cursor:
            row = cursor.execute(WEBHOOK["take_due"], {"partnership": partnership, "now": clock()}).fetchone()
            if row is None:
                return None
            number, event = row.pop("id"), row.pop("event")
            announcement = Announcement(event, partnership=partnership, **row)
            answer = send(announcement)
            now = clock()  # a wait begins when the attempt is over
            delivery = after_attempt(announcement, answer, now=now, rng=rng)
            cursor.execute(WEBHOOK["settle"], {"id": number, "now": now, **asdict(delivery)})
            line = audit_entry(
                actor=actor,
                action="export",
                subject=f"{partnership}/webhook/{event}",
                outcome=f"{delivery.state}: {delivery.outcome}",
                purpose="operation",
                recipient=RECEIVER,
            )
            add_line(connection, line)
        return delivery

    def expire(self, partnership: str, *, now: datetime) -> int:
        """Give up what has waited too long; how many those were."""
        with self._transaction() as connection:
            return connection.execute(WEBHOOK["expire"], {"partnership": partnership, "now": now}).rowcount

    def wait_again(self, partnership: str, *, now: datetime) -> int:
        """Let everything that was given up wait once more, as if it were new; how many those are."""
        values = {"partnership": partnership, "now": now, "give_up_after": GIVE_UP_AFTER}
        with self._transaction() as connection:
            return connection.execute(WEBHOOK["wait_again"], values).rowcount

    def entries(self, partnership: str, *, state: DeliveryState | None, limit: int) -> list[OutboxEntry]:
        """The announcements that stand at ``state``, any where None, the newest first."""
        values = {"partnership": partnership, "state": state, "limit": limit}
        with self._transaction() as connection, connection.cursor(row_factory=class_row(OutboxEntry)) as cursor:
            return cursor.execute(WEBHOOK["outbox"], values).fetchall()


def announce(connection: Connection, alert: int, before: Status | None, after: Status) -> None:
    """Put the change of an alert's status into the outbox, within the transaction of the change."""
    what = event_type(before, after)
    if what:
        connection.execute(WEBHOOK["announce"], {"id": alert, "type": what, "give_up_after": GIVE_UP_AFTER})
