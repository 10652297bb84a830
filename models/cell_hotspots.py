"""Hotspots of a set of points on an H3 grid: counts and hot cells, empty cells included."""

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import Cells, adjacency, cells_at, cells_with_centre_inside, fill_between
from models.conditional_permutation import conditional_p
from models.hot_cells import hot_cells

# Gi* compares a neighbourhood of seven cells with the rest: with fewer cells there is no rest to speak of.
MINIMUM_CELLS = 14


class TooFewCellsError(PlainError, ValueError):
    """Too small a grid for a comparison between cells."""


@dataclass(frozen=True)
class CellHotspots:
    """Columns of length n cells: counts, and z, p, q and hot as `models.hot_cells` says.

    ``permutation_p`` stands beside p and decides nothing: the two-tailed conditional permutation p of Gi*, by
    ``permutation_method``, as `models.conditional_permutation` says.
    """

    cell: Cells
    count: NDArray[np.int64]
    z: NDArray[np.float64]
    p: NDArray[np.float64]
    q: NDArray[np.float64]
    hot: NDArray[np.bool_]
    permutation_p: NDArray[np.float64]
    permutation_method: str


def cell_hotspots(
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    *,
    resolution: int,
    area: shapely.Geometry | None,
    level: float,
    rng: np.random.Generator,
) -> CellHotspots:
    """Count points (degrees, WGS84) per cell and test each cell's neighbourhood.

    The grid is every cell whose centre lies in ``area`` (points outside the grid are left out), or without
    an area every cell that holds a point and the ring around it. ``rng`` draws only where counts are too large for
    the exact permutation. Raises `TooFewCellsError`.
    """
    cells, position = grid_of(lon, lat, resolution=resolution, area=area)
    count = np.bincount(position[position >= 0], minlength=len(cells))
    x, weights = count.astype(np.float64), adjacency(cells, include_self=True)
    found = hot_cells(x[:, np.newaxis], weights, level=level)
    permuted = conditional_p(x, weights, rng=rng)
    columns = found.z[:, 0], found.p[:, 0], found.q[:, 0], found.hot[:, 0]
    return CellHotspots(cells, count, *columns, permuted.p, permuted.method)


def grid_of(
    lon: NDArray[np.float64], lat: NDArray[np.float64], *, resolution: int, area: shapely.Geometry | None
) -> tuple[Cells, NDArray[np.intp]]:
    """The cells to compare, sorted, and the position of each point's cell among them, -1 outside."""
    at = cells_at(lon, lat, resolution)
    cells = fill_between(at) if area is None else cells_with_centre_inside(area, resolution)
    if len(cells) < MINIMUM_CELLS:
        raise TooFewCellsError(
            f"the grid has {len(cells)} cells at resolution {resolution}; at least {MINIMUM_CELLS} are needed, "
            "so choose a finer resolution or a larger area"
        )
    position = np.searchsorted(cells, at)
    inside = cells[np.minimum(position, len(cells) - 1)] == at
    return cells, np.where(inside, position, -1)
