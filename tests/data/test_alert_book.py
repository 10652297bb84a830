import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from data.alert_book import GAP_DAYS, AlertFilter, NoAlertError
from data.store import Store, StoreError
from models.alert import ALL, AlertSignal
from models.alert_life import AlertStep, AlertStepError
from tests.alert_signal import DAY, SIGNAL, WITHIN


def raised(store: Store, *signals: AlertSignal) -> list[int]:
    return store.alerts.record("p", [(signal, b"evidence") for signal in signals], "run")


def at(day: int, **changes: object) -> AlertSignal:
    return replace(SIGNAL, last_on=DAY + timedelta(day), **changes)  # type: ignore[arg-type]


def test_a_signal_is_one_alert_as_long_as_it_lasts(store: Store) -> None:
    [first] = raised(store, SIGNAL)
    assert raised(store, SIGNAL) == [first]
    assert raised(store, at(1, treated_observed=5.0)) == [first]
    alert = store.alerts.alert("p", first)
    assert alert.signal == at(1, treated_observed=5.0)
    assert [event.action for event in store.alerts.history(first)] == ["raise"]
    # The day before run again: its evidence is kept, and the figures stay those of the last day.
    assert raised(store, SIGNAL) == [first]
    assert store.alerts.alert("p", first) == alert


def test_a_signal_that_comes_back_soon_is_the_same_and_later_is_another(store: Store) -> None:
    [first] = raised(store, SIGNAL)
    soon = DAY + timedelta(GAP_DAYS)
    later = soon + timedelta(GAP_DAYS + 1)
    assert raised(store, replace(SIGNAL, raised_on=soon, last_on=soon)) == [first]
    [second] = raised(store, replace(SIGNAL, raised_on=later, last_on=later))
    assert second != first


def test_neighbours_and_categories_have_alerts_of_their_own(store: Store) -> None:
    numbers = raised(store, SIGNAL, replace(SIGNAL, category=ALL), replace(SIGNAL, neighbour="elsewhere"))
    assert len(set(numbers)) == 3
    assert store.alerts.record("q", [(SIGNAL, b"")], "run")[0] not in numbers


def test_what_moved_within_the_area_has_an_alert_per_pair(store: Store, database: str) -> None:
    signals = [
        WITHIN,
        replace(WITHIN, from_stratum="dag"),
        replace(WITHIN, to_stratum="dag"),
        replace(WITHIN, moved_to="category", from_stratum="hash", to_stratum="vold"),
        replace(SIGNAL, neighbour=WITHIN.neighbour, category=ALL),
    ]
    numbers = raised(store, *signals)
    assert len(set(numbers)) == 5
    assert raised(store, replace(WITHIN, last_on=DAY + timedelta(1))) == numbers[:1]
    assert store.alerts.alert("p", numbers[3]).signal == signals[3]
    for moved_to, found in (("shift", numbers[:3]), ("category", numbers[3:4]), ("neighbour", numbers[4:])):
        chosen = store.alerts.alerts("p", AlertFilter(moved_to=moved_to), limit=9)  # type: ignore[arg-type]
        assert sorted(alert.id for alert in chosen) == found
    for changed in ({"moved_to": "elsewhere"}, {"to_stratum": "aften"}, {"moved_to": "neighbour"}):
        with pytest.raises(StoreError):
            raised(store, replace(WITHIN, neighbour="x", **changed))  # type: ignore[arg-type]


def test_steps_are_kept_with_actor_and_reason(store: Store, database: str) -> None:
    [number] = raised(store, SIGNAL)
    for step in (
        AlertStep("acknowledge"),
        AlertStep("snooze", until=DAY + timedelta(2)),
        AlertStep("investigate"),
        AlertStep("confirm", "partners-agree"),
        AlertStep("close"),
    ):
        store.alerts.step("p", number, step, actor="analyst", today=DAY)
    assert store.alerts.alert("p", number).state.status == "closed"
    history = store.alerts.history(number)
    assert [(e.action, e.reason, e.status) for e in history[-2:]] == [
        ("confirm", "partners-agree", "confirmed"),
        ("close", None, "closed"),
    ]
    assert [e.at for e in history] == sorted(e.at for e in history)
    with psycopg.connect(database) as connection:
        logged = connection.execute("SELECT actor, outcome FROM audit WHERE action = 'alert' ORDER BY id").fetchall()
    assert logged[3] == ("analyst", "confirm partners-agree")


def test_a_continuing_signal_does_not_undo_what_people_decided(store: Store) -> None:
    [number] = raised(store, SIGNAL)
    store.alerts.step("p", number, AlertStep("dismiss", "known-event"), actor="a", today=DAY)
    assert raised(store, at(3)) == [number]
    alert = store.alerts.alert("p", number)
    assert (alert.state.status, alert.signal.last_on) == ("dismissed", DAY + timedelta(3))


def test_a_step_that_cannot_be_taken_leaves_no_trace(store: Store) -> None:
    one, other = raised(store, SIGNAL, replace(SIGNAL, category=ALL))
    before = store.alerts.history(one)
    with pytest.raises(AlertStepError):
        store.alerts.step("p", one, AlertStep("close"), actor="a", today=DAY)
    for number, linked in ((one, one), (one, 999), (999, one)):
        with pytest.raises(NoAlertError):
            store.alerts.step("p", number, AlertStep("link", other=linked), actor="a", today=DAY)
    with pytest.raises(NoAlertError):
        store.alerts.step("q", one, AlertStep("acknowledge"), actor="a", today=DAY)
    assert store.alerts.history(one) == before
    store.alerts.step("p", one, AlertStep("link", other=other), actor="a", today=DAY)
    assert store.alerts.history(one)[-1].other == other


def test_filters_and_pages(store: Store) -> None:
    days = [DAY - timedelta(60 * i) for i in range(7)]
    numbers = raised(store, *(replace(SIGNAL, raised_on=day, last_on=day) for day in days))
    store.alerts.step("p", numbers[0], AlertStep("acknowledge"), actor="a", today=DAY)

    def found(limit: int = 100, **chosen: object) -> list[int]:
        return [a.id for a in store.alerts.alerts("p", AlertFilter(**chosen), limit=limit)]  # type: ignore[arg-type]

    assert found() == numbers
    assert found(statuses=("acknowledged",)) == numbers[:1]
    assert found(neighbour="elsewhere") == found(kind="unclear") == found(category=ALL) == []
    assert found(since=days[2], until=days[0]) == numbers[1:3]
    paged: list[int] = []
    after = None
    while page := store.alerts.alerts("p", AlertFilter(after=after), limit=3):
        paged += [alert.id for alert in page]
        after = page[-1].id
    assert paged == numbers


def test_evidence_says_when_it_was_tampered_with(store: Store, database: str) -> None:
    [number] = raised(store, SIGNAL)
    raised(store, at(1))
    assert store.alerts.evidence(number).day == DAY + timedelta(1)
    assert store.alerts.evidence(number, DAY).whole
    with psycopg.connect(database) as connection:
        connection.execute("UPDATE alert_evidence SET body = 'other' WHERE day = %s", [DAY])
    assert not store.alerts.evidence(number, DAY).whole
    with pytest.raises(NoAlertError, match="has no evidence of 2020"):
        store.alerts.evidence(number, date(2020, 1, 1))


@pytest.mark.parametrize("change", ["UPDATE alert_event SET actor = 'x'", "DELETE FROM alert_event"])
def test_the_history_can_only_grow(store: Store, database: str, change: str) -> None:
    raised(store, SIGNAL)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RaiseException, match="only ever added"):
        connection.execute(change)  # type: ignore[arg-type]


def test_two_people_at_once_take_turns(store: Store) -> None:
    [number] = raised(store, SIGNAL)
    outcomes: list[str] = []

    def acknowledge() -> None:
        try:
            store.alerts.step("p", number, AlertStep("acknowledge"), actor="a", today=DAY)
            outcomes.append("taken")
        except (AlertStepError, StoreError):
            outcomes.append("refused")

    threads = [threading.Thread(target=acknowledge) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 3 + ["taken"]
    assert len(store.alerts.history(number)) == 2
