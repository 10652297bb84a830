"""What other systems are told of an alert: that something happened to it, never what; and when they are told again."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, get_args

import numpy as np

from models.alert_life import OPEN, Status

EventType = Literal["alert.raised", "alert.status_changed", "alert.reopened", "alert.closed", "webhook.test"]
DeliveryState = Literal["waiting", "delivered", "given-up"]

DELIVERY_STATES: tuple[DeliveryState, ...] = get_args(DeliveryState)
# Older than this it is no news any more: whoever was away that long looks at the alerts themselves.
GIVE_UP_AFTER = timedelta(hours=72)
FIRST_WAIT_S = 10.0
WAIT_FACTOR = 4.0
LONGEST_WAIT_S = 8 * 3600.0


@dataclass(frozen=True)
class Announcement:
    """``id`` is what receivers know it by, the same however often it is sent; ``alert`` is None in a test.

    ``attempts`` have failed so far; after ``give_up_at`` there are no more.
    """

    id: str
    type: EventType
    at: datetime
    partnership: str
    alert: int | None
    attempts: int
    give_up_at: datetime


@dataclass(frozen=True)
class Answer:
    """What an attempt came to, as a code; ``final`` where the receiver wants no more, ``wait_s`` if it names a wait."""

    outcome: str
    accepted: bool = False
    final: bool = False
    wait_s: float = 0.0


@dataclass(frozen=True)
class Delivery:
    """Where an announcement stands after an attempt; ``next_attempt_at`` while it waits."""

    state: DeliveryState
    attempts: int
    outcome: str
    next_attempt_at: datetime | None


def event_type(before: Status | None, after: Status) -> EventType | None:
    """What is announced when an alert's status goes from ``before``, None where there was no alert, to ``after``.

    >>> event_type(None, "new"), event_type("new", "new"), event_type("dismissed", "investigating")
    ('alert.raised', None, 'alert.reopened')
    """
    if before is None:
        return "alert.raised"
    if before == after:
        return None
    if after == "closed":
        return "alert.closed"
    return "alert.reopened" if after in OPEN and before not in OPEN else "alert.status_changed"


def wait_s(attempts: int, rng: np.random.Generator) -> float:
    """Seconds to wait after so many failed ``attempts``: exponential, half of it drawn, 8 hours at most.

    The half that is drawn keeps senders that failed together from trying again together.
    """
    longest = min(LONGEST_WAIT_S, FIRST_WAIT_S * WAIT_FACTOR ** min(attempts - 1, 10))
    return longest / 2 + float(rng.uniform(0, longest / 2))


def after_attempt(announcement: Announcement, answer: Answer, *, now: datetime, rng: np.random.Generator) -> Delivery:
    """Delivered, waiting, or given up: where the receiver wants no more, or the next attempt would come too late."""
    attempts = announcement.attempts + 1
    if answer.accepted:
        return Delivery("delivered", attempts, answer.outcome, None)
    following = now + timedelta(seconds=max(wait_s(attempts, rng), answer.wait_s))
    if answer.final or following >= announcement.give_up_at:
        return Delivery("given-up", attempts, answer.outcome, None)
    return Delivery("waiting", attempts, answer.outcome, following)
