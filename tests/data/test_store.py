import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import psycopg
import pytest

from data.intake.block import IntakeBlock, Reject
from data.store import ImportCounts, MixedSourcesError, Product, RunRecord, Store, StoreError
from models.panel import IncidentColumns, panel_of
from models.partnership import Partnership
from tests.incident_blocks import block_of, some_incidents


def take_in(store: Store, partnership: Partnership, *blocks: IntakeBlock, source: str = "test") -> ImportCounts:
    return store.import_blocks(partnership, blocks, source=source, profile_version=1, synthetic=False, actor="test")


def all_of(store: Store, partnership: Partnership) -> IncidentColumns:
    return store.incidents_ended_since(partnership, since_s=0, known_before_s=2**40)


def is_sound(store: Store, partnership: Partnership) -> bool:
    return store.check_panel(partnership).different == 0


def test_what_comes_in_is_what_is_kept(store: Store, partnership: Partnership) -> None:
    incidents = some_incidents(partnership, 500)
    reject = Reject(7, "outside", "the point is outside")
    counts = take_in(store, partnership, block_of(incidents, rejects=(reject,)))
    assert (counts.read, counts.accepted, counts.rejected) == (501, 500, 1)
    assert (counts.created, counts.changed, counts.unchanged) == (500, 0, 0)
    kept = all_of(store, partnership)
    order = np.lexsort((kept.lon, kept.known_s))
    expected = np.lexsort((incidents.lon, incidents.known_s))
    for name in vars(incidents):
        assert (getattr(kept, name)[order] == getattr(incidents, name)[expected]).all(), name
    panel = store.panel_known_before(partnership, 2**40)
    recount = panel_of(incidents, partnership.calendar)
    assert (panel.cell == recount.cell).all()
    assert (panel.weight_ppm == recount.weight_ppm).all()
    assert is_sound(store, partnership)


def test_an_import_keeps_its_rejects_by_reason_alone(store: Store, database: str, partnership: Partnership) -> None:
    rejects = (Reject(2, "outside", "far"), Reject(3, "time-format", "x"), Reject(4, "outside", "far"))
    take_in(store, partnership, block_of(some_incidents(partnership, 3), rejects=rejects))
    take_in(store, partnership, block_of(some_incidents(partnership, 3)))
    with psycopg.connect(database) as connection:
        rows = connection.execute("SELECT * FROM import_reject ORDER BY import_batch, reason").fetchall()
    assert rows == [(1, "outside", 2), (1, "time-format", 1)]


def test_the_same_file_twice_changes_nothing(store: Store, partnership: Partnership) -> None:
    block = block_of(some_incidents(partnership, 200))
    take_in(store, partnership, block)
    counts = take_in(store, partnership, block)
    assert (counts.created, counts.changed, counts.unchanged) == (0, 0, 200)
    assert len(all_of(store, partnership)) == 200
    assert is_sound(store, partnership)


def test_changed_content_under_a_known_key_is_a_new_version(
    store: Store, database: str, partnership: Partnership
) -> None:
    incidents = some_incidents(partnership, 50)
    take_in(store, partnership, block_of(incidents))
    moved = replace(incidents, category=(incidents.category + (np.arange(50) < 5)).astype(np.int16) % 7)
    counts = take_in(store, partnership, block_of(moved))
    assert (counts.created, counts.changed, counts.unchanged) == (0, 5, 45)
    assert sorted(all_of(store, partnership).category) == sorted(moved.category)
    with psycopg.connect(database) as connection:
        versions = connection.execute(
            "SELECT version, in_force, count(*) FROM incident GROUP BY 1, 2 ORDER BY 1, 2"
        ).fetchall()
    assert versions == [(1, False, 5), (1, True, 45), (2, True, 5)]
    assert is_sound(store, partnership)


def test_the_later_of_two_rows_with_one_key_is_the_correction(store: Store, partnership: Partnership) -> None:
    incidents = some_incidents(partnership, 2)
    counts = take_in(store, partnership, block_of(incidents, names=["a", "a"]))
    assert (counts.accepted, counts.created) == (2, 1)
    assert all_of(store, partnership).lon.tolist() == [incidents.lon[1]]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_any_split_and_order_gives_the_same_incidents_and_panel(
    store: Store, partnership: Partnership, seed: int
) -> None:
    incidents = some_incidents(partnership, 300, seed=seed)
    rng = np.random.default_rng(seed)
    for part in np.array_split(rng.permutation(300), 7):
        take_in(store, partnership, block_of(incidents.take(part), names=[str(i) for i in part]))
    panel, recount = store.panel_known_before(partnership, 2**40), panel_of(incidents, partnership.calendar)
    for name in vars(recount):
        assert (getattr(panel, name) == getattr(recount, name)).all(), name


def test_an_import_that_breaks_leaves_everything_as_it_was(store: Store, partnership: Partnership) -> None:
    incidents = some_incidents(partnership, 100)
    take_in(store, partnership, block_of(incidents.take(np.arange(50)), names=[str(i) for i in range(50)]))

    def breaking() -> Iterator[IntakeBlock]:
        yield block_of(incidents)
        raise ValueError("the rest of the file is gone")

    with pytest.raises(ValueError, match="the rest of the file is gone"):
        store.import_blocks(partnership, breaking(), source="test", profile_version=1, synthetic=False, actor="test")
    assert len(all_of(store, partnership)) == 50
    assert is_sound(store, partnership)


def test_two_writers_at_once_lose_nothing_and_double_nothing(
    store: Store, database: str, partnership: Partnership
) -> None:
    incidents = some_incidents(partnership, 400)
    counts: list[ImportCounts] = []

    def write() -> None:
        with Store(database) as own:
            counts.append(take_in(own, partnership, block_of(incidents)))

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert sorted(c.created for c in counts) == [0, 0, 400]
    assert len(all_of(store, partnership)) == 400
    assert is_sound(store, partnership)


@pytest.mark.parametrize("somebody_reads", [False, True])
def test_the_first_import_leaves_keys_unique_whether_or_not_it_has_the_table_alone(
    store: Store, database: str, partnership: Partnership, *, somebody_reads: bool
) -> None:
    block = block_of(some_incidents(partnership, 50))
    with psycopg.connect(database) as reader:
        if somebody_reads:
            reader.execute("SELECT count(*) FROM incident")
        assert take_in(store, partnership, block).created == 50
    assert take_in(store, partnership, block).created == 0
    assert is_sound(store, partnership)
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute("INSERT INTO incident SELECT * FROM incident LIMIT 1")


def test_what_became_known_later_is_not_in_the_panel_of_an_earlier_as_of(
    store: Store, partnership: Partnership
) -> None:
    incidents = some_incidents(partnership, 300)
    take_in(store, partnership, block_of(incidents))
    as_of_s = int(np.median(incidents.known_s))
    known = incidents.take(incidents.known_s < as_of_s)
    panel, recount = store.panel_known_before(partnership, as_of_s), panel_of(known, partnership.calendar)
    for name in vars(recount):
        assert (getattr(panel, name) == getattr(recount, name)).all(), name
    since_s = as_of_s - 30 * 86_400
    kept = store.incidents_ended_since(partnership, since_s=since_s, known_before_s=as_of_s)
    assert len(kept) == (known.to_s >= since_s).sum()


def test_a_tampered_panel_is_found(store: Store, database: str, partnership: Partnership) -> None:
    take_in(store, partnership, block_of(some_incidents(partnership, 50)))
    with psycopg.connect(database) as connection:
        connection.execute(
            "UPDATE panel_entry SET weight_ppm = weight_ppm + 1 WHERE ctid = (SELECT min(ctid) FROM panel_entry)"
        )
    assert store.check_panel(partnership).different == 1


def test_invented_and_real_incidents_never_stand_together(store: Store, partnership: Partnership) -> None:
    take_in(store, partnership, block_of(some_incidents(partnership, 5)))
    with pytest.raises(MixedSourcesError, match="real incidents"):
        store.import_blocks(partnership, [], source="demo", profile_version=1, synthetic=True, actor="test")
    assert not store.any_synthetic(partnership)


def record(digest: bytes = b"1" * 32, day: date = date(2026, 5, 1)) -> RunRecord:
    return RunRecord(day, datetime(day.year, day.month, day.day, 5, tzinfo=UTC), "1.0", {"a": 1}, digest)


def test_the_same_run_is_kept_once_and_the_newest_speaks(store: Store, partnership: Partnership) -> None:
    first = store.save_run(partnership, record(), [Product("a.html", "text/html", b"one", "e1")], "test")
    again = store.save_run(partnership, record(), [Product("a.html", "text/html", b"two", "e2")], "test")
    assert again == first
    assert store.product(partnership, "a.html") == (date(2026, 5, 1), Product("a.html", "text/html", b"one", "e1"))
    store.save_run(partnership, record(b"2" * 32), [Product("a.html", "text/html", b"new", "e3")], "test")
    store.save_run(partnership, record(day=date(2026, 4, 1)), [Product("a.html", "text/html", b"old", "e4")], "test")
    found = store.product(partnership, "a.html")
    assert found is not None
    assert found[1].body == b"new"
    assert store.product(partnership, "a.html", run_date=date(2026, 4, 1)) is not None
    assert store.product(partnership, "a.html", run_date=date(2026, 3, 1)) is None
    assert store.run_dates(partnership) == [date(2026, 4, 1), date(2026, 5, 1)]
    assert [run["run_date"] for run in store.runs(partnership, limit=10)] == [date(2026, 5, 1), date(2026, 4, 1)]


def test_schema_comes_up_once_under_many_hands(server: object, database: str) -> None:
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute("DROP SCHEMA public CASCADE")
        connection.execute("CREATE SCHEMA public")
    stores = [Store(database) for _ in range(3)]
    errors: list[Exception] = []

    def migrate(own: Store) -> None:
        try:
            with own:
                own.migrate()
        except Exception as error:  # noqa: BLE001 - asserted below
            errors.append(error)

    hands = [threading.Thread(target=migrate, args=(own,)) for own in stores]
    for hand in hands:
        hand.start()
    for hand in hands:
        hand.join()
    assert not errors
    with Store(database) as own:
        assert own.ready()


def test_a_database_that_is_not_there_is_said_in_one_sentence() -> None:
    with pytest.raises(StoreError, match=r"^the database cannot be used: .*/nonexistent.*No such file") as caught:
        Store("host=/nonexistent dbname=none").__enter__()
    assert "\n" not in str(caught.value)
