import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import psycopg
import pytest

from data.retention_book import Deleted
from data.retention_places import PLACES, STAYS
from data.store import ImportCounts, Product, RunRecord, Store
from models.calendar import to_day_number
from models.panel import Panel
from models.partnership import Partnership
from models.retention import Hold, RetentionError, as_kept, cut_offs
from models.run_counts import RUN_COUNTS
from tests.incident_blocks import block_of, some_incidents

POINTS_DAY = date(2026, 7, 1)  # half of the incidents are past their points' time
CELLS_DAY = date(2029, 4, 1)  # the same for cells
MONTHS_DAY = date(2031, 6, 1)
CHECKOUT = Path(__file__).parents[2]


def take_in(store: Store, partnership: Partnership, n: int = 400) -> ImportCounts:
    block = block_of(some_incidents(partnership, n))
    return store.import_blocks(partnership, [block], source="test", profile_version=1, synthetic=False, actor="test")


def count(database: str, sql: str) -> int:
    with psycopg.connect(database) as connection:
        row = connection.execute(sql).fetchone()
    assert row is not None
    return int(row[0] or 0)


def points(database: str) -> int:
    return count(database, "SELECT count(*) FROM incident WHERE NOT st_isempty(point)")


def rows(found: list[Deleted]) -> dict[tuple[str, str], int]:
    return {(each.tier, each.place): each.rows for each in found}


def area_weights(panel: Panel) -> dict[tuple[int, ...], int]:
    weights: dict[tuple[int, ...], int] = {}
    columns = (panel.area, panel.day, panel.shift, panel.category, panel.basis, panel.weight_ppm)
    for *key, weight in zip(*(column.tolist() for column in columns), strict=True):
        weights[tuple(key)] = weights.get(tuple(key), 0) + weight
    return weights


def test_every_table_and_column_is_of_a_tier_or_holds_no_incident(database: str) -> None:
    placed = {place.partition(".")[0] for places in PLACES.values() for place in places}
    with psycopg.connect(database) as connection:
        tables = {
            name
            for (name,) in connection.execute(
                "SELECT table_name FROM information_schema.tables "
                "WHERE table_schema = 'public' AND table_type = 'BASE TABLE'"
            )
        }
        geometries = {
            f"{table}.{column}"
            for table, column in connection.execute(
                "SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables "
                "USING (table_schema, table_name) WHERE table_schema = 'public' AND table_type = 'BASE TABLE' "
                "AND udt_name IN ('geometry', 'geography')"
            )
        }
    assert tables == placed | set(STAYS)
    assert not placed & set(STAYS)
    assert geometries == set(PLACES["points"])


def test_a_dry_run_changes_nothing_and_says_what_the_run_then_deletes(
    store: Store, database: str, partnership: Partnership
) -> None:
    take_in(store, partnership)
    said = store.retention.preview(partnership, CELLS_DAY)
    assert points(database) == 400
    assert count(database, "SELECT count(*) FROM retention_proof") == 0
    assert count(database, "SELECT count(*) FROM audit WHERE action = 'deletion'") == 0
    done = store.retention.apply(partnership, CELLS_DAY, "test")
    assert said == done
    assert rows(done)[("cells", "incident")] > 100
    assert rows(done)[("points", "incident.point")] > 100
    assert set(rows(store.retention.apply(partnership, CELLS_DAY, "test")).values()) == {0}


def test_points_go_and_everything_that_is_counted_stays(store: Store, database: str, partnership: Partnership) -> None:
    take_in(store, partnership)
    before = store.panel_known_before(partnership, 2**40)
    done = rows(store.retention.apply(partnership, POINTS_DAY, "test"))
    left = points(database)
    assert 0 < left < 400
    assert done[("points", "incident.point")] == 400 - left
    after = store.panel_known_before(partnership, 2**40)
    assert all((getattr(before, name) == getattr(after, name)).all() for name in vars(before))
    kept = store.incidents_ended_since(partnership, since_s=0, known_before_s=2**40)
    start_s = partnership.calendar.start_of(cut_offs(partnership.retention, POINTS_DAY)["points"]).timestamp()
    assert (np.isnan(kept.lon) == (kept.to_s < start_s)).all()
    assert store.check_panel(partnership).different == 0


@pytest.mark.parametrize("day", [POINTS_DAY, CELLS_DAY])
def test_an_old_file_brings_nothing_back_and_doubles_nothing(
    store: Store, database: str, partnership: Partnership, day: date
) -> None:
    take_in(store, partnership)
    store.retention.apply(partnership, day, "test")
    before = points(database), count(database, "SELECT count(*) FROM incident")
    panel = area_weights(store.panel_known_before(partnership, 2**40))
    counts = take_in(store, partnership)
    assert (counts.created, counts.changed, counts.unchanged) == (0, 0, 400)
    assert (points(database), count(database, "SELECT count(*) FROM incident")) == before
    assert area_weights(store.panel_known_before(partnership, 2**40)) == panel
    assert store.check_panel(partnership).different == 0


def test_a_correction_of_an_incident_without_a_point_is_counted_exactly(
    store: Store, database: str, partnership: Partnership
) -> None:
    take_in(store, partnership)
    store.retention.apply(partnership, POINTS_DAY, "test")
    left = points(database)
    incidents = some_incidents(partnership, 400)
    other = replace(incidents, category=((incidents.category + 1) % len(partnership.categories)).astype(np.int16))
    counts = store.import_blocks(
        partnership, [block_of(other)], source="test", profile_version=1, synthetic=False, actor="test"
    )
    assert counts.changed == 400
    assert count(database, "SELECT count(*) FROM incident WHERE in_force AND NOT st_isempty(point)") == left
    assert store.check_panel(partnership).different == 0


def test_cells_go_the_panel_stays_exact_and_counts_of_areas_stay(
    store: Store, database: str, partnership: Partnership
) -> None:
    take_in(store, partnership)
    weights = area_weights(store.panel_known_before(partnership, 2**40))
    store.retention.apply(partnership, CELLS_DAY, "test")
    cut_off = cut_offs(partnership.retention, CELLS_DAY)["cells"]
    start = partnership.calendar.start_of(cut_off).isoformat()
    assert count(database, f"SELECT count(*) FROM incident WHERE occurred_to < '{start}'") == 0
    assert count(database, f"SELECT count(*) FROM panel_entry WHERE shift_date < '{cut_off}'") <= 20  # go on after it
    assert store.check_panel(partnership).different == 0
    assert area_weights(store.panel_known_before(partnership, 2**40)) == weights
    store.retention.apply(partnership, MONTHS_DAY, "test")
    whole = count(
        database,
        "SELECT sum(weight_ppm) FROM (SELECT weight_ppm FROM panel_entry UNION ALL "
        "SELECT weight_ppm FROM area_day UNION ALL SELECT weight_ppm FROM area_month) AS a",
    )
    assert whole == sum(weights.values())
    assert count(database, "SELECT count(*) FROM area_month") > 0
    store.retention.apply(partnership, date(2036, 8, 1), "test")
    assert count(database, "SELECT count(*) FROM incident") == 0
    assert count(database, "SELECT count(*) FROM panel_entry") == 0
    assert count(database, "SELECT count(*) FROM area_month WHERE month < '2026-08-01'") == 0


def test_what_a_day_rests_on_is_the_same_before_and_after(store: Store, partnership: Partnership) -> None:
    take_in(store, partnership, 2_000)

    def inputs(day: date) -> list[bytes]:
        recent = store.incidents_ended_since(partnership, since_s=0, known_before_s=2**40)
        cut_s = int(partnership.calendar.start_of(cut_offs(partnership.retention, day)["cells"]).timestamp())
        recent = recent.take(recent.to_s >= cut_s + 86_400)
        panel = store.panel_known_before(partnership, 2**40)
        parts = as_kept(panel, recent, partnership.retention, partnership.calendar, day)
        return [column.tobytes() for part in parts for column in vars(part).values()]

    for day in (POINTS_DAY, CELLS_DAY, MONTHS_DAY):
        before = inputs(day)
        store.retention.apply(partnership, day, "test")
        assert inputs(day) == before


def test_a_hold_protects_and_lifting_it_frees(store: Store, database: str, partnership: Partnership) -> None:
    take_in(store, partnership)
    category = partnership.categories[0].id
    held = f"SELECT count(*) FROM incident WHERE category = '{category}'"
    there = count(database, held)
    number = store.retention.hold(
        partnership.id, Hold(date(2026, 1, 1), date(2026, 8, 1), "court-case", category=category), "test"
    )
    store.retention.apply(partnership, date(2036, 8, 1), "test")
    assert count(database, "SELECT count(*) FROM incident") == there == points(database)
    assert store.check_panel(partnership).different == 0
    assert take_in(store, partnership).unchanged == 400
    assert points(database) == there
    store.retention.lift(partnership.id, number, "test")
    with pytest.raises(RetentionError, match=f"there is no hold {number} that could be lifted"):
        store.retention.lift(partnership.id, number, "test")
    store.retention.apply(partnership, date(2036, 8, 1), "test")
    assert count(database, "SELECT count(*) FROM incident") == 0


def test_a_hold_that_has_expired_protects_nothing(store: Store, database: str, partnership: Partnership) -> None:
    take_in(store, partnership)
    hold = Hold(date(2026, 1, 1), date(2026, 8, 1), "complaint", expires_on=POINTS_DAY)
    store.retention.hold(partnership.id, hold, "test")
    store.retention.apply(partnership, POINTS_DAY, "test")
    assert points(database) < 400


def test_products_go_with_what_they_show(store: Store, database: str, partnership: Partnership) -> None:
    day = date(2026, 3, 1)
    run = RunRecord(day, partnership.calendar.start_of(day), "x", {}, bytes(32))
    names = ("cells.geojson", "trends.json", RUN_COUNTS)
    products = [Product(name, "text/plain", b"x", name) for name in names]
    store.save_run(partnership, run, products, "test")
    store.retention.apply(partnership, POINTS_DAY, "test")
    assert [store.product(partnership, name) is None for name in names] == [True, False, False]
    store.retention.apply(partnership, MONTHS_DAY, "test")
    assert store.product(partnership, "trends.json") is None


def test_proofs_say_what_is_due_again_after_a_restore(store: Store, database: str, partnership: Partnership) -> None:
    take_in(store, partnership)
    assert not store.retention.due(partnership, POINTS_DAY)  # nothing was ever deleted: that begins with the daily run
    store.retention.apply(partnership, POINTS_DAY, "test")
    assert not store.retention.due(partnership, POINTS_DAY)
    assert store.retention.due(partnership, date(2026, 7, 2))  # as in a backup of the day before
    proof = next(p for p in store.retention.proofs(partnership.id, limit=50) if p.place == "incident.point")
    assert proof.rows == 400 - points(database)
    assert count(database, "SELECT count(*) FROM audit WHERE action = 'deletion' AND outcome ~ ' rows$'") == 1
    with psycopg.connect(database) as connection, pytest.raises(psycopg.errors.RaiseException):
        connection.execute("DELETE FROM retention_proof")


def test_killed_in_the_middle_a_tier_is_whole_or_not_there(
    store: Store, database: str, partnership: Partnership, tmp_path: Path
) -> None:
    take_in(store, partnership)
    with psycopg.connect(database) as connection:
        connection.execute(
            "CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(600); RETURN NULL; END'"
        )
        connection.execute("CREATE TRIGGER hang AFTER DELETE ON panel_entry EXECUTE FUNCTION hang()")
    environment = {name: value for name, value in os.environ.items() if not name.startswith("TRYGKORT_")}
    environment |= {"TRYGKORT_HOME": str(tmp_path), "TRYGKORT_DATABASE_URL": database}
    script = (
        "import sys; from datetime import date; from data.store import Store; "
        "from data.partnerships import load_partnership; s = Store(sys.argv[1]).__enter__(); "
        f"s.retention.apply(load_partnership(None), {CELLS_DAY!r}.__class__(2029, 4, 1), 'test')"
    ).replace(f"{CELLS_DAY!r}.__class__", "date")
    process = subprocess.Popen([sys.executable, "-c", script, database], cwd=CHECKOUT, env=environment)
    with psycopg.connect(database, autocommit=True) as connection:
        asleep = "SELECT pid FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
        for _ in range(2_000):
            if found := connection.execute(asleep).fetchone():
                break
            time.sleep(0.02)
        else:
            pytest.fail("the deletion did not come to its middle")
        process.send_signal(signal.SIGKILL)
        process.wait()
        connection.execute("SELECT pg_terminate_backend(%s, 10000)", found)
        connection.execute("DROP TRIGGER hang ON panel_entry")
    assert points(database) == 400
    assert count(database, "SELECT count(*) FROM retention_proof") == 0
    assert store.check_panel(partnership).different == 0
    assert rows(store.retention.apply(partnership, CELLS_DAY, "test"))[("cells", "incident")] > 100
    assert store.check_panel(partnership).different == 0


def test_the_days_before_the_cut_off_have_no_cell(store: Store, partnership: Partnership) -> None:
    take_in(store, partnership)
    store.retention.apply(partnership, CELLS_DAY, "test")
    panel = store.panel_known_before(partnership, 2**40)
    cut_day = to_day_number(cut_offs(partnership.retention, CELLS_DAY)["cells"])
    assert (panel.cell[panel.day > cut_day] > 1 << 40).all()
    assert (panel.cell[panel.day < cut_day - 2] < 1 << 40).all()
