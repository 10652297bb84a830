from datetime import timedelta

import psycopg
import pytest

from api.demo import DEMO_DATE, DEMO_DAYS, load_demo
from api.running import run_daily
from data.partnerships import load_sketch
from models.daily import DailyError
from models.displacement import DisplacementEstimate
from models.panel import ALL_CATEGORIES
from models.partnership import Partnership
from tests.demonstration import Loaded


def claims(loaded: Loaded) -> list[DisplacementEstimate]:
    table = loaded.demonstration.runs[-1].result.displacement
    return [estimate for estimate in table.estimates if estimate.verdict == "displacement"]


def test_every_row_of_the_demonstration_is_taken_in(demo: Loaded) -> None:
    counts = demo.demonstration.report.counts
    assert counts.read > 20_000
    assert (counts.rejected, counts.created) == (0, counts.read)
    assert demo.demonstration.report.rejects_file is None


def test_the_planted_displacement_is_claimed_at_skt_hans_torv_and_nowhere_else(
    demo: Loaded, partnership: Partnership
) -> None:
    found = claims(demo)
    assert found
    assert {partnership.areas.areas[e.neighbour].id for e in found} == {"sankt-hans-torv"}
    assert partnership.category_index["hash"] in {e.category for e in found}


def test_without_the_planted_event_nothing_is_claimed(quiet_demo: Loaded) -> None:
    table = quiet_demo.demonstration.runs[-1].result.displacement
    assert len(table.estimates) == 9 * 8 * 2  # neighbours × (categories and all) × comparisons
    assert claims(quiet_demo) == []


def test_the_two_demonstrations_differ_only_where_the_event_is(
    demo: Loaded, quiet_demo: Loaded, partnership: Partnership
) -> None:
    with_event, without = (d.demonstration.runs[-1].result.displacement for d in (demo, quiet_demo))
    moved = {"indre-noerrebro", "sankt-hans-torv"}
    for a, b in zip(with_event.estimates, without.estimates, strict=True):
        assert a.control == b.control
        if partnership.areas.areas[a.neighbour].id not in moved:
            assert a.neighbour_change == b.neighbour_change
        if a.category not in (partnership.category_index["hash"], ALL_CATEGORIES):
            assert a.treated == b.treated


def test_loading_and_running_again_changes_nothing(demo: Loaded, partnership: Partnership) -> None:
    first = demo.demonstration
    before = demo.store.products_of_run(first.runs[-1].run_id)
    again = load_demo(
        demo.store,
        demo.settings,
        partnership,
        day=DEMO_DATE,
        seed=2015,
        displacement=True,
        progress=lambda _: None,
    )
    assert again.report.counts.unchanged == first.report.counts.read
    assert [run.run_id for run in again.runs] == [run.run_id for run in first.runs]
    assert demo.store.products_of_run(again.runs[-1].run_id) == before


def test_a_run_of_another_day_is_another_run_with_the_same_products(demo: Loaded, partnership: Partnership) -> None:
    names = {product.name for product in demo.store.products_of_run(demo.demonstration.runs[0].run_id)}
    assert len(names) == 23
    assert {f"{name}.{ending}" for name in ("index", "daily", "trend") for ending in ("html", "en.html")} <= names
    assert demo.store.run_dates(partnership) == [
        DEMO_DATE - timedelta(days=back) for back in reversed(range(DEMO_DAYS))
    ]


def test_the_panel_of_the_demonstration_is_the_recount(demo: Loaded, partnership: Partnership) -> None:
    check = demo.store.check_panel(partnership)
    assert check.rows > 20_000
    assert check.different == 0


def test_a_date_before_all_data_is_said_plainly(demo: Loaded, partnership: Partnership) -> None:
    with pytest.raises(DailyError, match="no incident inside the areas of 'indre-noerrebro' was known before 2001"):
        run_daily(demo.store, partnership, load_sketch(None), DEMO_DATE.replace(year=2001))


def test_the_run_keeps_its_parameters_and_code_version(demo: Loaded) -> None:
    with psycopg.connect(demo.database) as connection:
        parameters, version = connection.execute(
            "SELECT parameters, code_version FROM run ORDER BY id LIMIT 1"
        ).fetchone() or ({}, "")
    assert parameters["displacement"]["window_days"] == 28
    assert parameters["areas"]["indre-noerrebro"][0] == "treated"
    assert version.startswith("0.1.0+")
