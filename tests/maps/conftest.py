"""A real run to draw: demonstration incidents through the same daily computation the service uses."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest

from data.partnerships import load_sketch
from data.synthetic_file import demo_incidents
from geo.grid import cells_at
from maps.assets import inlined
from maps.daily import daily_page
from maps.displacement import displacement_page
from maps.hotspots import hotspots_page
from maps.page import PageLinks
from maps.quality import quality_page
from maps.start import start_page
from maps.status import data_age
from maps.trend import trend_page
from models.calendar import to_day_number
from models.cell_hotspots import cell_hotspots
from models.daily import DailyInputs, DailyResult, daily_result, recent_days
from models.disclosure import ReleasedTrend, released_trends
from models.panel import IncidentColumns, panel_of
from models.partnership import Partnership

DAY = date(2026, 11, 23)
RUNS = [DAY - timedelta(days=back) for back in range(5)]
LINKS = PageLinks(
    start="start.html",
    daily="daily.html",
    displacement="displacement.html",
    trend="trend.html",
    quality="quality.html",
    daily_on="daily-{date}.html",
    cells="cells.geojson",
    comparisons="displacement.json",
    alerts="alerts.html",
    efforts="efforts.html",
    trends="trends.json",
    quality_figures="quality.json",
)


def demo_result(partnership: Partnership, *, displacement: bool) -> DailyResult:
    """The run of `DAY` on five years of demonstration data."""
    drawn = demo_incidents(partnership, as_of=DAY, years=5, seed=2026, displacement=displacement)
    located = partnership.areas.locate(drawn.lon, drawn.lat)
    incidents = IncidentColumns(
        lon=drawn.lon,
        lat=drawn.lat,
        accuracy_m=drawn.accuracy_m,
        cell=cells_at(drawn.lon, drawn.lat, partnership.resolutions.stored),
        area=located.area,
        edge=located.boundary_distance_m < drawn.accuracy_m,
        category=drawn.category,
        basis=drawn.basis,
        from_s=drawn.from_s,
        to_s=drawn.to_s,
        known_s=drawn.reported_s,
    )
    since_s = (to_day_number(DAY) - recent_days(partnership)) * 86_400
    recent = incidents.take(np.flatnonzero(incidents.to_s >= since_s))
    return daily_result(
        partnership, DailyInputs(panel_of(incidents, partnership.calendar), recent, synthetic=True), day=DAY
    )


@pytest.fixture(scope="session")
def sketch() -> Mapping[str, Any]:
    found = load_sketch(None)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def result(partnership: Partnership) -> DailyResult:
    return demo_result(partnership, displacement=True)


@pytest.fixture(scope="session")
def quiet_result(partnership: Partnership) -> DailyResult:
    """The same city without the planted displacement."""
    return demo_result(partnership, displacement=False)


@pytest.fixture(scope="session")
def released(result: DailyResult) -> tuple[ReleasedTrend, ...]:
    return released_trends(result.trend.trends)


@pytest.fixture(scope="session")
def pages(
    result: DailyResult,
    released: tuple[ReleasedTrend, ...],
    partnership: Partnership,
    sketch: Mapping[str, Any],
) -> Mapping[str, str]:
    """Every page of the run as a file of its own, by file name."""
    return {
        "start.html": start_page(result, released, partnership, sketch, assets=inlined(), synthetic=True, links=LINKS),
        "daily.html": daily_page(result, partnership, sketch, assets=inlined(), runs=RUNS, synthetic=True, links=LINKS),
        "displacement.html": displacement_page(
            result, partnership, sketch, assets=inlined(), synthetic=True, links=LINKS
        ),
        "trend.html": trend_page(
            released,
            result.trend.windows,
            partnership,
            sketch,
            age=data_age(result, partnership),
            assets=inlined(),
            synthetic=True,
            links=LINKS,
        ),
        "quality.html": quality_page(result, partnership, sketch, assets=inlined(), synthetic=True, links=LINKS),
        "hotspots.html": file_mode_page(),
    }


def file_mode_page() -> str:
    """A page of file mode: points around Copenhagen's lakes with one dense place."""
    rng = np.random.default_rng(3)
    lon = np.concatenate([rng.uniform(12.54, 12.58, 300), rng.normal(12.56, 0.001, 150)])
    lat = np.concatenate([rng.uniform(55.68, 55.70, 300), rng.normal(55.69, 0.0005, 150)])
    found = cell_hotspots(lon, lat, resolution=9, area=None, level=0.05, rng=np.random.default_rng(1))
    return hotspots_page(
        found.cell,
        found.count.astype(np.float64),
        found.z,
        found.p,
        found.q,
        found.hot,
        title="røverier <2019>",
        resolution=9,
        assets=inlined(),
        outline=None,
    )
