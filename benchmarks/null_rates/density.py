"""Null data as Indre Nørrebro has it: about two incidents a day, strewn evenly over 63 or 449 cells."""

from functools import cache

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy import sparse

from data.partnerships import load_partnership
from geo.grid import Cells, adjacency, cells_with_centre_inside
from geo.projection import project

Floats = NDArray[np.float64]
PER_DAY = 2.0
METRIC = "EPSG:25832"


@cache
def treated_polygon() -> shapely.Polygon:
    """The treated area, lon/lat."""
    [polygon] = [area.polygon for area in load_partnership(None).areas.areas if area.role == "treated"]
    return polygon


@cache
def treated_cells(resolution: int) -> Cells:
    """63 cells at resolution 10, 449 at 11."""
    return cells_with_centre_inside(treated_polygon(), resolution)


@cache
def neighbours(resolution: int, *, include_self: bool) -> sparse.csr_array:
    """Adjacency of the treated cells."""
    return adjacency(treated_cells(resolution), include_self=include_self)


def strewn_counts(rng: np.random.Generator, resolution: int, days: int, per_day: float = PER_DAY) -> Floats:
    """Incidents per cell and day (n, days): independent Poisson counts, the same rate in every cell."""
    n = len(treated_cells(resolution))
    return rng.poisson(per_day / n, (n, days)).astype(np.float64)


def strewn_events(
    rng: np.random.Generator, days: int, per_day: float = PER_DAY
) -> tuple[Floats, Floats, NDArray[np.int64]]:
    """Points (x_m, y_m in EPSG:25832) spread evenly over the treated area, and their days 0 … days - 1."""
    n = int(rng.poisson(per_day * days))
    west, south, east, north = treated_polygon().bounds
    lon, lat = np.empty(0), np.empty(0)
    while len(lon) < n:
        more_lon, more_lat = rng.uniform(west, east, 2 * n), rng.uniform(south, north, 2 * n)
        inside = shapely.contains_xy(treated_polygon(), more_lon, more_lat)
        lon, lat = np.append(lon, more_lon[inside]), np.append(lat, more_lat[inside])
    x_m, y_m = project(lon[:n], lat[:n], METRIC)
    return x_m, y_m, rng.integers(0, days, n)
