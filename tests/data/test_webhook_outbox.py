import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import psycopg
import pytest

from data.store import Store, StoreError
from data.webhook_outbox import OutboxEntry
from models.alert import AlertSignal
from models.alert_announcement import GIVE_UP_AFTER, Announcement, Answer, Delivery, DeliveryState
from models.alert_life import Action, AlertStep
from tests.alert_signal import DAY, SIGNAL

ACCEPTED = Answer("answered 204", accepted=True)
REFUSED = Answer("answered 500")
OTHER = replace(SIGNAL, category="hærværk")


class Killed(BaseException):
    """The sender's process ends here."""


def raised(store: Store, *signals: AlertSignal) -> list[int]:
    return store.alerts.record("p", [(signal, b"evidence") for signal in signals or (SIGNAL,)], "run")


def step(store: Store, number: int, action: Action, reason: str | None = None) -> None:
    store.alerts.step("p", number, AlertStep(action, reason), actor="a", today=DAY)


def deliver(
    store: Store, send: Callable[[Announcement], Answer], *, after: timedelta = timedelta(0), partnership: str = "p"
) -> Delivery | None:
    return store.webhook.deliver_next(
        partnership,
        send,
        actor="webhook",
        clock=lambda: datetime.now(UTC) + after,
        rng=np.random.default_rng(1),
    )


def entries(store: Store, state: DeliveryState | None = None) -> list[OutboxEntry]:
    return store.webhook.entries("p", state=state, limit=100)[::-1]


def test_every_change_of_status_is_announced_once_and_in_order(store: Store) -> None:
    [number] = raised(store)
    raised(store, SIGNAL, replace(SIGNAL, last_on=DAY + timedelta(1)))
    for action, reason in (
        ("acknowledge", None),
        ("snooze", None),
        ("dismiss", "reporting"),
        ("close", None),
        ("reopen", "mistake"),
    ):
        until = DAY + timedelta(2) if action == "snooze" else None
        store.alerts.step("p", number, AlertStep(action, reason, until), actor="a", today=DAY)  # type: ignore[arg-type]
    sent: list[Announcement] = []
    while deliver(store, lambda one: sent.append(one) or ACCEPTED):  # type: ignore[func-returns-value]
        pass
    assert [one.type for one in sent] == [
        "alert.raised",
        "alert.status_changed",
        "alert.status_changed",
        "alert.closed",
        "alert.reopened",
    ]
    assert {(one.alert, one.partnership, one.attempts) for one in sent} == {(number, "p", 0)}
    assert len({one.id for one in sent}) == 5
    assert {(one.state, one.attempts, one.outcome) for one in entries(store)} == {("delivered", 1, "answered 204")}


def test_no_event_without_its_announcement(store: Store, database: str) -> None:
    [number] = raised(store)
    with psycopg.connect(database) as connection:
        connection.execute("ALTER TABLE webhook_outbox ADD CHECK (type = 'alert.raised')")
    with pytest.raises(StoreError):
        step(store, number, "acknowledge")
    assert store.alerts.alert("p", number).state.status == "new"
    assert [event.action for event in store.alerts.history(number)] == ["raise"]


def test_a_refused_step_announces_nothing(store: Store) -> None:
    [number] = raised(store)
    with pytest.raises(ValueError, match="this one is new"):
        step(store, number, "close")
    assert len(entries(store)) == 1


def test_a_later_event_waits_for_the_earlier_one_of_its_alert_only(store: Store) -> None:
    one, other = raised(store, SIGNAL, OTHER)
    step(store, one, "acknowledge")
    sent: list[tuple[int | None, str]] = []

    def send(announcement: Announcement) -> Answer:
        sent.append((announcement.alert, announcement.type))
        return REFUSED if announcement.alert == one else ACCEPTED

    assert [deliver(store, send) is None for _ in range(3)] == [False, False, True]
    assert sent == [(one, "alert.raised"), (other, "alert.raised")]
    # Once its time has come it is tried again, and only then the one after it is due.
    assert deliver(store, lambda _: ACCEPTED, after=timedelta(minutes=1)) is not None
    assert deliver(store, send) == Delivery("waiting", 1, "answered 500", entries(store, "waiting")[0].next_attempt_at)
    assert sent[-1] == (one, "alert.status_changed")


def test_what_always_fails_keeps_no_other_waiting(store: Store) -> None:
    raised(store)
    deliver(store, lambda _: REFUSED)
    raised(store, OTHER)
    first: list[int] = []
    deliver(store, lambda one: first.append(one.attempts) or ACCEPTED, after=timedelta(hours=1))  # type: ignore[func-returns-value]
    assert first == [0]


def test_another_partnership_is_another_outbox(store: Store) -> None:
    raised(store)
    assert deliver(store, lambda _: ACCEPTED, partnership="q") is None
    assert store.webhook.entries("q", state=None, limit=10) == []
    assert store.webhook.wait_again("q", now=datetime.now(UTC)) == 0


def test_a_sender_that_is_killed_loses_nothing(store: Store) -> None:
    raised(store)
    seen: list[str] = []

    def die(announcement: Announcement) -> Answer:
        seen.append(announcement.id)
        raise Killed

    with pytest.raises(Killed):
        deliver(store, die)
    assert [(one.state, one.attempts) for one in entries(store)] == [("waiting", 0)]
    deliver(store, lambda one: seen.append(one.id) or ACCEPTED)  # type: ignore[func-returns-value]
    assert seen == [entries(store)[0].id] * 2


def test_two_senders_never_hold_the_same_one(store: Store) -> None:
    numbers = raised(store, *(replace(SIGNAL, category=str(i)) for i in range(12)))
    for number in numbers:
        step(store, number, "acknowledge")
    held: set[int | None] = set()
    sent: list[tuple[int | None, str]] = []
    guard, together = threading.Lock(), threading.Barrier(2)
    overlaps: list[int] = []

    def send(announcement: Announcement) -> Answer:
        with guard:
            assert announcement.alert not in held
            held.add(announcement.alert)
            overlaps.append(len(held))
        threading.Event().wait(0.01)
        with guard:
            held.remove(announcement.alert)
            sent.append((announcement.alert, announcement.type))
        return ACCEPTED

    def run() -> None:
        together.wait()
        while len(sent) < 24:
            deliver(store, send)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent) == len(set(sent)) == 24
    assert max(overlaps) == 2
    for number in numbers:
        assert [what for alert, what in sent if alert == number] == ["alert.raised", "alert.status_changed"]


def test_too_old_is_given_up_unsent_and_may_wait_again(store: Store) -> None:
    raised(store)
    late = datetime.now(UTC) + GIVE_UP_AFTER
    assert store.webhook.expire("p", now=datetime.now(UTC)) == 0
    assert store.webhook.expire("p", now=late) == 1
    assert [(one.state, one.attempts, one.outcome) for one in entries(store)] == [("given-up", 0, "too old")]
    assert deliver(store, lambda _: ACCEPTED, after=GIVE_UP_AFTER) is None
    assert store.webhook.wait_again("p", now=late) == 1
    assert store.webhook.expire("p", now=late) == 0
    assert deliver(store, lambda _: ACCEPTED) is not None


def test_what_is_being_sent_is_not_given_up_meanwhile(store: Store) -> None:
    raised(store)

    def send(_: Announcement) -> Answer:
        assert store.webhook.expire("p", now=datetime.now(UTC) + GIVE_UP_AFTER) == 0
        return ACCEPTED

    assert deliver(store, send) == Delivery("delivered", 1, "answered 204", None)


def test_what_became_of_an_attempt_is_logged_without_content(store: Store, database: str) -> None:
    raised(store)
    deliver(store, lambda _: REFUSED)
    with psycopg.connect(database) as connection:
        lines = connection.execute("SELECT actor, action, subject, outcome FROM audit").fetchall()
    assert lines == [("webhook", "export", f"p/webhook/{entries(store)[0].id}", "waiting: answered 500")]


def test_a_wait_begins_when_the_attempt_is_over(store: Store) -> None:
    raised(store)
    began = datetime(2026, 11, 2, 6, tzinfo=UTC)
    times = iter([began, began + timedelta(seconds=9)])
    delivery = store.webhook.deliver_next(
        "p", lambda _: replace(REFUSED, wait_s=60.0), actor="a", clock=lambda: next(times), rng=np.random.default_rng(1)
    )
    assert delivery is not None
    assert delivery.next_attempt_at == began + timedelta(seconds=69)
