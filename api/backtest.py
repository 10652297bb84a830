"""Use case: would forecasts from a file have been of use? Without a database."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import shapely

from data.event_file import Events, read_events
from data.folder import write_folder
from data.point_file import PointFileError, read_polygon
from geo.grid import Cells, adjacency, area_m2, require_resolution
from maps.assets import inlined
from maps.backtest import backtest_page
from models.backtest import Backtest, BacktestParameters, PanelRows, backtest
from models.cell_hotspots import grid_of
from models.intensity import IntensityParameters

EPOCH = date(1970, 1, 1)
YEAR_DAYS = 365
# Intervals and p are drawn: the same file must give the same numbers.
SEED = 20261124


@dataclass(frozen=True)
class BacktestFiles:
    """The result, what it rests on, and where the page was written."""

    found: Backtest
    incidents: int
    outside: int
    resolution: int
    first: date
    start: date
    end: date
    page: Path


def backtest_of_file(
    path: Path,
    *,
    resolution: int,
    area: Path | None,
    start: date | None,
    half_life_days: float | None,
    parameters: BacktestParameters,
    out: Path,
    progress: Callable[[int], None] | None = None,
) -> BacktestFiles:
    """Read events, forecast each day from those before it, and write a self-contained page into ``out``.

    Without ``start`` the first forecast is made after half of the days, a year at most.
    """
    require_resolution("--resolution", resolution)
    intensity = IntensityParameters()
    if half_life_days is not None:
        intensity = replace(intensity, half_life_days=half_life_days)
    events = read_events(path)
    cells, inside, rows = _on_grid(events, path, resolution, read_polygon(area) if area else None)
    first_day, stop_day = int(events.day.min()), int(events.day.max()) + 1
    from_day = (start - EPOCH).days if start else first_day + min(YEAR_DAYS, (stop_day - first_day) // 2)
    found = backtest(
        rows,
        n_cells=len(cells),
        n_shifts=1,
        ring=adjacency(cells),
        area=area_m2(cells),
        first_day=first_day,
        from_day=from_day,
        stop_day=stop_day,
        intensity=intensity,
        parameters=parameters,
        rng=np.random.default_rng(SEED),
        progress=progress,
    )
    last_day = int(found.as_of_day[-1]) + parameters.horizon_days
    first, begin, end = (EPOCH + timedelta(days=day) for day in (first_day, from_day, last_day - 1))
    page = backtest_page(
        found, title=path.stem, resolution=resolution, first=first, start=begin, end=end, assets=inlined()
    )
    name = f"{path.stem}.backtest.html"
    folder = write_folder(out, {name: page.encode()})
    return BacktestFiles(found, inside, len(events) - inside, resolution, first, begin, end, folder / name)


def _on_grid(
    events: Events, path: Path, resolution: int, polygon: shapely.Geometry | None
) -> tuple[Cells, int, PanelRows]:
    """The cells, the number of events in them, and those events as panel rows.

    Without a polygon the grid is every cell with an event and the ring around it: no forecast decides on it, but a
    grid drawn around what happened is smaller than the town, and PAI is lower for it.
    """
    if not events.crs:
        raise PointFileError(f"{path.name} has places in metres; H3 cells need lon and lat in degrees")
    cells, position = grid_of(events.lon, events.lat, resolution=resolution, area=polygon)
    inside = position >= 0
    n = int(inside.sum())
    rows = PanelRows(position[inside], events.day[inside], np.zeros(n, dtype=np.int64), np.ones(n))
    return cells, n, rows
