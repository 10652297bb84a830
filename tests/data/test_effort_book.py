import threading
from dataclasses import replace
from datetime import date, timedelta

import psycopg
import pytest

from data.effort_book import EffortFilter, EffortStateError, NoEffortError
from data.store import Store, StoreError
from models.effort import EffortEntry, EffortError

START = date(2026, 9, 29)
ENTRY = EffortEntry("a", "presence", START, categories=("hash", "uro"))


def added(store: Store, *entries: EffortEntry) -> list[int]:
    return [store.efforts.add("p", entry, "ana") for entry in entries]


def test_what_was_entered_stands_as_it_was(store: Store) -> None:
    [number] = added(store, replace(ENTRY, stop=START + timedelta(7)))
    effort = store.efforts.effort("p", number)
    assert (effort.entry, effort.withdrawn, effort.entered_by) == (
        replace(ENTRY, stop=START + timedelta(7)),
        False,
        "ana",
    )
    [event] = store.efforts.history(number)
    assert (event.action, event.actor, event.stop) == ("add", "ana", START + timedelta(7))


def test_the_same_effort_is_entered_once_until_it_is_withdrawn(store: Store) -> None:
    [number] = added(store, ENTRY)
    with pytest.raises(EffortStateError, match=f"this is effort {number} already"):
        added(store, replace(ENTRY, stop=START + timedelta(3)))
    assert added(store, replace(ENTRY, kind="lighting"), replace(ENTRY, categories=()))[0] > number
    store.efforts.withdraw("p", number, "bo")
    assert added(store, ENTRY)[0] > number


def test_every_step_is_kept_and_logged(store: Store, database: str) -> None:
    [number] = added(store, ENTRY)
    store.efforts.end("p", number, START + timedelta(30), "bo")
    store.efforts.end("p", number, START + timedelta(20), "bo")
    store.efforts.withdraw("p", number, "cy")
    effort = store.efforts.effort("p", number)
    assert (effort.entry.stop, effort.withdrawn) == (START + timedelta(20), True)
    assert [(e.action, e.actor, e.stop) for e in store.efforts.history(number)] == [
        ("add", "ana", None),
        ("end", "bo", START + timedelta(30)),
        ("end", "bo", START + timedelta(20)),
        ("withdraw", "cy", None),
    ]
    with psycopg.connect(database) as connection:
        logged = connection.execute("SELECT actor, subject, outcome FROM audit WHERE action = 'effort' ORDER BY id")
        assert logged.fetchall()[1] == ("bo", f"p/{number}", "end")


def test_what_cannot_be_leaves_no_trace(store: Store) -> None:
    [number] = added(store, ENTRY)
    with pytest.raises(EffortError, match="must come after its start 2026-09-29, found 2026-09-29"):
        store.efforts.end("p", number, START, "bo")
    for other in (("p", number + 1), ("q", number)):
        with pytest.raises(NoEffortError):
            store.efforts.end(*other, START + timedelta(1), "bo")
        with pytest.raises(NoEffortError):
            store.efforts.withdraw(*other, "bo")
        with pytest.raises(NoEffortError):
            store.efforts.effort(*other)
    assert len(store.efforts.history(number)) == 1
    store.efforts.withdraw("p", number, "bo")
    for step in (lambda: store.efforts.withdraw("p", number, "bo"), lambda: store.efforts.end("p", number, START, "b")):
        with pytest.raises(EffortStateError, match=f"effort {number} is withdrawn"):
            step()


def test_filters_and_pages(store: Store) -> None:
    entries = [replace(ENTRY, start=START - timedelta(i // 2), categories=(str(i),)) for i in range(6)]
    numbers = added(store, *entries, replace(ENTRY, area="b", kind="zone"))
    store.efforts.withdraw("p", numbers[5], "bo")

    def found(limit: int | None = None, **chosen: object) -> list[int]:
        return [e.id for e in store.efforts.efforts("p", EffortFilter(**chosen), limit=limit)]  # type: ignore[arg-type]

    newest_first = [numbers[i] for i in (6, 1, 0, 3, 2, 4)]
    assert found() == newest_first
    assert found(withdrawn=True) == [*newest_first[:5], numbers[5], numbers[4]]
    assert found(area="b") == found(kind="zone") == [numbers[6]]
    assert found(area="b", kind="presence") == store.efforts.efforts("q", EffortFilter()) == []
    paged: list[int] = []
    while page := found(2, after=paged[-1] if paged else None):
        paged += page
    assert paged == newest_first


@pytest.mark.parametrize(
    "change",
    ["UPDATE intervention_event SET actor = 'x'", "DELETE FROM intervention_event", "DELETE FROM intervention"],
)
def test_history_only_grows_and_no_effort_is_deleted(store: Store, database: str, change: str) -> None:
    added(store, ENTRY)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RaiseException, match="only ever added"):
        connection.execute(change)  # type: ignore[arg-type]


def test_the_database_itself_takes_no_free_text_as_a_kind(store: Store) -> None:
    with pytest.raises(StoreError):
        added(store, replace(ENTRY, kind="Talte med Hansen"))  # type: ignore[arg-type]


def test_two_people_who_withdraw_at_once_take_turns(store: Store) -> None:
    [number] = added(store, ENTRY)
    outcomes: list[str] = []

    def withdraw() -> None:
        try:
            store.efforts.withdraw("p", number, "a")
            outcomes.append("done")
        except EffortStateError:
            outcomes.append("refused")

    threads = [threading.Thread(target=withdraw) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["done", "refused", "refused", "refused"]
    assert len(store.efforts.history(number)) == 2
