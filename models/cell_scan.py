"""Prospective space-time scan of a set of points on an H3 grid: which cells have more than usual just now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import Cells, cells_at, cells_with_centre_inside, centres, fill_between
from geo.projection import project
from models.parameter_limits import ParameterError, require_whole
from models.scan_permutation import MINIMUM_CASES, TooFewCasesError, scan_permutation
from models.scan_poisson import scan_own_level
from models.scan_statistic import ScanCluster, ScanParameters, ScanResult
from models.scan_zones import nested_zones

Floats = NDArray[np.float64]
Days = NDArray[np.int64]
Method = Literal["permutation", "poisson"]
METHODS: tuple[Method, ...] = ("permutation", "poisson")
LARGEST_SHARE = 0.5  # of the incidents: a zone with more is no cluster but the area
MOST_CELLS = 5_000


class GridSizeError(PlainError, ValueError):
    """More cells than a scan can hold, or too few to compare."""


@dataclass(frozen=True, eq=False)
class CellScan:
    """``cell`` (n), their centres in metres, and incidents per cell and day, shape (n, days).

    ``expected`` (n, days) are the incidents a cell would have under H0. ``days`` begin on ``first_day`` (days since
    1970-01-01). ``outside`` incidents of the period lie in none of the cells. ``result`` names cells by position.
    """

    cell: Cells
    x_m: Floats
    y_m: Floats
    count: NDArray[np.int64]
    expected: Floats
    first_day: int
    outside: int
    method: Method
    result: ScanResult

    @property
    def last_day(self) -> int:
        return self.first_day + len(self.count[0]) - 1

    def dates_of(self, cluster: ScanCluster) -> tuple[int, int]:
        """First day of the cluster and the day after its last."""
        return self.last_day - cluster.duration + 1, self.last_day + 1


def cell_scan(
    lon: Floats,
    lat: Floats,
    day: Days,
    *,
    resolution: int,
    crs: str,
    area: shapely.Geometry | None,
    method: Method,
    days: int,
    until_day: int | None,
    max_radius_m: float | None,
    parameters: ScanParameters,
    rng: np.random.Generator,
    advance: Callable[[int], None] | None = None,
) -> CellScan:
    """Scan points (degrees, WGS84) of ``day`` (days since 1970-01-01) for cells with more than usual just now.

    The period is the ``days`` up to ``until_day`` (the last day with a point unless given), but does not begin before
    the first point. The grid is every cell whose centre lies in ``area``, or without an area every cell of the period's
    points and the ring around it. Zones are nearest cells round each cell, distances between centres in the metric
    ``crs``, with at most half of the incidents. ``method`` ``permutation`` is `models.scan_permutation`, ``poisson``
    `models.scan_poisson.scan_own_level`.

    Raises `GridSizeError`, `TooFewCasesError` and `ParameterError`.
    """
    first, days = _period(day, days, until_day, parameters.max_duration)
    chosen = (day >= first) & (day < first + days)
    if chosen.sum() < MINIMUM_CASES:
        raise TooFewCasesError(f"the scan needs at least {MINIMUM_CASES} incidents in the period, found {chosen.sum()}")
    at, when = cells_at(lon[chosen], lat[chosen], resolution), day[chosen] - first
    cells = _grid(at, area, resolution)
    position = np.minimum(np.searchsorted(cells, at), len(cells) - 1)
    inside = cells[position] == at
    place, when = position[inside], when[inside]
    count = np.bincount(place * days + when, minlength=len(cells) * days).reshape(len(cells), days)
    x_m, y_m = project(*centres(cells), crs)
    weight = count.sum(axis=1).astype(np.float64)
    if weight.sum() < MINIMUM_CASES:
        raise TooFewCasesError(
            f"the scan needs at least {MINIMUM_CASES} incidents in the area, found {weight.sum():.0f}"
        )
    zones = nested_zones(x_m, y_m, max_radius_m=max_radius_m, max_share=LARGEST_SHARE, weight=weight)
    if method == "permutation":
        result = scan_permutation(place, when, zones, days=days, parameters=parameters, rng=rng, advance=advance)
        of_day = count.sum(axis=0) / count.sum()
    else:
        result = scan_own_level(count, zones, parameters=parameters, rng=rng, advance=advance)
        of_day = np.full(days, 1 / days)
    outside = int(np.count_nonzero(~inside))
    return CellScan(cells, x_m, y_m, count, np.outer(weight, of_day), first, outside, method, result)


def _period(day: Days, days: int, until_day: int | None, max_duration: int) -> tuple[int, int]:
    """The first day and the number of days that are scanned."""
    require_whole("days", days, at_least=2)
    last = int(day.max()) if until_day is None else until_day
    first = max(last - days + 1, int(day.min()))
    days = last - first + 1
    # A window of more than half of the days is mostly compared with itself.
    if max_duration > days // 2:
        raise ParameterError(
            f"max_duration must be at most {max(days // 2, 0)}, half of the {max(days, 0)} days there are, "
            f"found {max_duration}"
        )
    return first, days


def _grid(at: Cells, area: shapely.Geometry | None, resolution: int) -> Cells:
    cells = fill_between(at) if area is None else cells_with_centre_inside(area, resolution)
    if not 2 <= len(cells) <= MOST_CELLS:
        advice = "finer" if len(cells) < 2 else "coarser"
        raise GridSizeError(
            f"the grid has {len(cells)} cells at resolution {resolution}; a scan takes 2 to {MOST_CELLS}, "
            f"so choose a {advice} resolution or another area"
        )
    return cells
