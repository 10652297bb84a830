"""Emerging hot spots of a set of points with days, on an H3 grid: empty cells and bins included."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import Cells, adjacency
from models.cell_hotspots import grid_of
from models.emerging_hot_spots import MINIMUM_BINS, EmergingHotSpots, EmergingParameters, emerging_hot_spots
from models.parameter_limits import require_whole


class TooShortError(PlainError, ValueError):
    """Points over too few days for the bins asked for."""


@dataclass(frozen=True, eq=False)
class CellEmerging:
    """``count`` (n cells, T bins) and the classes in ``found``.

    Bin t holds the days from ``first_day + t * bin_days`` on, half-open; the last bin ends with the last point's day.
    ``left_out`` points lie outside the grid or before the first whole bin.
    """

    cell: Cells
    count: NDArray[np.int64]
    first_day: int
    bin_days: int
    left_out: int
    found: EmergingHotSpots


def cell_emerging(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    day: NDArray[np.int64],
    *,
    resolution: int,
    area: shapely.Geometry | None,
    bin_days: int,
    parameters: EmergingParameters,
) -> CellEmerging:
    """Count points (degrees, WGS84; whole days) per cell and bin, and give each cell its class.

    The grid is `models.cell_hotspots`'. Raises `TooShortError` where the points span fewer than ten whole bins, and
    `TooFewCellsError`.
    """
    require_whole("bin_days", bin_days, at_least=1)
    stop = int(day.max()) + 1
    bins = (stop - int(day.min())) // bin_days
    if bins < MINIMUM_BINS:
        raise TooShortError(
            f"the points span {stop - int(day.min())} days, which is {bins} whole bins of {bin_days} days; "
            f"at least {MINIMUM_BINS} bins are needed, so choose shorter bins or a longer period"
        )
    cells, position = grid_of(lon, lat, resolution=resolution, area=area)
    first_day = stop - bins * bin_days
    taken = (position >= 0) & (day >= first_day)
    at = position[taken] * bins + (day[taken] - first_day) // bin_days
    count = np.bincount(at, minlength=len(cells) * bins).reshape(len(cells), bins)
    found = emerging_hot_spots(count.astype(np.float64), adjacency(cells, include_self=True), parameters)
    return CellEmerging(cells, count, first_day, bin_days, int((~taken).sum()), found)
