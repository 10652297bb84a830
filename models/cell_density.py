"""Kernel density at the centres of an H3 grid, for points in degrees."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.grid import FINEST, Cells, area_m2, cells_at, cells_with_centre_inside, centres, fill_between
from geo.projection import project, utm_zone
from models.kernel_density import kernel_density
from models.parameter_limits import require_number

Floats = NDArray[np.float64]

MOST_RINGS = 30
# No point is then farther than 0.15 bandwidths from a centre, where the kernel has still 95 % of its height.
CELLS_PER_BANDWIDTH = 4


class DensityGridError(PlainError, ValueError):
    """A grid on which a density cannot be shown."""


@dataclass(frozen=True, eq=False)
class CellDensity:
    """Columns of length n cells: points within the cell, and incidents per km² at its centre.

    ``crs`` is the UTM zone in which distances were measured; ``spacing_m`` the distance between neighbouring centres.
    """

    cell: Cells
    count: NDArray[np.int64]
    per_km2: Floats
    bandwidth_m: float
    spacing_m: float
    crs: str


def cell_density(
    lon: Floats, lat: Floats, *, resolution: int, area: shapely.Geometry | None, bandwidth_m: float
) -> CellDensity:
    """`kernel_density` of points (degrees, WGS84) on the cells whose centre lies in ``area``.

    Points outside the area count too, as they should at its edge. Without an area the grid reaches one bandwidth
    beyond the points. Raises `DensityGridError` for an area without a cell or a grid out of proportion to the
    bandwidth, and `models.parameter_limits.ParameterError` for a bandwidth below the distance between centres.

    >>> import numpy as np
    >>> lon, lat = np.full(5, 12.55), np.full(5, 55.69)
    >>> found = cell_density(lon, lat, resolution=11, area=None, bandwidth_m=200)
    >>> len(found.cell), int(found.count.sum()), round(found.spacing_m)
    (91, 5, 45)
    """
    require_number("bandwidth_m", bandwidth_m, above=0)
    at = cells_at(lon, lat, resolution)
    if len(at) == 0:
        raise DensityGridError("a density needs at least one point, found none")
    spacing = _spacing_m(at[:1])
    if area is None:
        rings = math.ceil(bandwidth_m / spacing)
        if rings > MOST_RINGS:
            limit = f"{MOST_RINGS} cells of {spacing:.0f} m"
            raise DensityGridError(f"bandwidth_m is {bandwidth_m:g}, more than {limit}; choose a coarser resolution")
        cells = fill_between(at, k=rings)
    else:
        cells = cells_with_centre_inside(area, resolution)
    if len(cells) == 0:
        raise DensityGridError(f"the area holds no cell at resolution {resolution}; choose a finer one")
    middle = centres(cells)
    crs = utm_zone(float(np.median(middle[0])), float(np.median(middle[1])))
    found = kernel_density(*project(lon, lat, crs), *project(*middle, crs), bandwidth_m=bandwidth_m, spacing_m=spacing)
    position = np.minimum(np.searchsorted(cells, at), len(cells) - 1)
    count = np.bincount(position[cells[position] == at], minlength=len(cells))
    return CellDensity(cells, count, found.per_km2, bandwidth_m, spacing, crs)


def fitting_resolution(lon: Floats, lat: Floats, *, bandwidth_m: float) -> int:
    """The coarsest H3 resolution with centres at most a quarter of ``bandwidth_m`` apart, where the points are.

    >>> import numpy as np
    >>> [fitting_resolution(np.array([12.55]), np.array([55.69]), bandwidth_m=h) for h in (200, 600, 5000)]
    [11, 10, 8]
    """
    require_number("bandwidth_m", bandwidth_m, above=0)
    if len(lon) == 0:
        raise DensityGridError("a density needs at least one point, found none")
    middle = np.array([np.median(lon)]), np.array([np.median(lat)])
    spacing = (_spacing_m(cells_at(*middle, resolution)) for resolution in range(FINEST))
    return sum(s > bandwidth_m / CELLS_PER_BANDWIDTH for s in spacing)


def _spacing_m(cell: Cells) -> float:
    """Between the centres of regular hexagons as large as ``cell``."""
    return math.sqrt(2 * float(area_m2(cell)[0]) / math.sqrt(3))
