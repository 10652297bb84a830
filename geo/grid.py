"""The H3 grid: cells as int64 arrays, their neighbours and their outlines.

Cells are held as 64-bit integers (an H3 index never sets the top bit) and shown as H3's own hex strings.
"""

from collections.abc import Iterable

import h3.api.basic_int as h3
import numpy as np
import shapely
from h3ronpy.vector import coordinates_to_cells
from numpy.typing import NDArray
from scipy import sparse

from geo.errors import PlainError

Cells = NDArray[np.int64]
FINEST = 15  # H3's resolutions are 0 to this
DIGIT_BITS, RESOLUTION_FIELD, RESOLUTION_AT = 3, 0xF, 52


class ResolutionError(PlainError, ValueError):
    """A resolution H3 does not have."""


def require_resolution(name: str, resolution: int) -> None:
    """``resolution``, said to be ``name``, must be one that H3 has; raises `ResolutionError`."""
    if not 0 <= resolution <= FINEST:
        raise ResolutionError(f"{name} is {resolution}; H3 has 0 to {FINEST}")


def cells_at(lon: NDArray[np.float64], lat: NDArray[np.float64], resolution: int) -> Cells:
    """The cell of each point: ``lon`` and ``lat`` 1-D in degrees, result int64 of the same length."""
    return np.asarray(coordinates_to_cells(lat, lon, resolution)).astype(np.int64)


def cells_with_centre_inside(area: shapely.Geometry, resolution: int) -> Cells:
    """The cells whose centre lies in ``area``, one polygon or several (lon/lat); sorted, each once."""
    cells = {cell for polygon in shapely.get_parts(area) for cell in h3.geo_to_cells(polygon, resolution)}
    return np.array(sorted(cells), dtype=np.int64)


def parents(cells: Cells, resolution: int) -> Cells:
    """Each cell's ancestor at the coarser ``resolution``; raises `ValueError` if it is finer."""
    unique, inverse = np.unique(cells, return_inverse=True)
    above = [h3.cell_to_parent(int(cell), resolution) for cell in unique]
    return np.array(above, dtype=np.int64)[inverse]


def resolution_of(cell: int) -> int:
    """The resolution of one cell."""
    return int(h3.get_resolution(cell))


def descendants(cell: int) -> tuple[int, int]:
    """Mask and bits of the cells below ``cell``, itself among them: those of which ``cell & mask == bits``.

    Mode, base cell and the digits down to the resolution of ``cell``, three bits each (H3's index layout); the
    resolution itself is left out.

    >>> mask, bits = descendants(0x8A1F05835017FFF)
    >>> below = h3.cell_to_children(0x8A1F05835017FFF, 12)
    >>> all(one & mask == bits for one in below), h3.grid_ring(0x8A1F05835017FFF)[0] & mask == bits
    (True, False)
    """
    finer = DIGIT_BITS * (FINEST - resolution_of(cell))
    mask = (1 << 63) - (1 << finer) & ~(RESOLUTION_FIELD << RESOLUTION_AT)
    return mask, cell & mask


def adjacency(cells: Cells, *, k: int = 1, include_self: bool = False) -> sparse.csr_array:
    """Binary neighbour matrix, shape (n, n): 1 where two of ``cells`` are at most ``k`` steps apart.

    ``cells`` must be unique. Neighbours that are not among ``cells`` do not count. The diagonal is 1 only
    with ``include_self``.
    """
    position = {int(cell): i for i, cell in enumerate(cells)}
    if len(position) != len(cells):
        raise ValueError("cells must be unique")
    rows: list[int] = []
    columns: list[int] = []
    for cell, i in position.items():
        near = [position[c] for c in h3.grid_disk(cell, k) if c in position and (include_self or c != cell)]
        rows.extend([i] * len(near))
        columns.extend(near)
    ones = np.ones(len(rows), dtype=np.float64)
    return sparse.csr_array((ones, (rows, columns)), shape=(len(cells), len(cells)))


def ring(cell: int) -> Cells:
    """The cell and those that touch it, sorted."""
    return np.array(sorted(h3.grid_disk(cell, 1)), dtype=np.int64)


def fill_between(cells: Cells, *, k: int = 1) -> Cells:
    """``cells`` and every cell within ``k`` steps of one of them, sorted and unique: the empty ones too."""
    found: set[int] = set()
    for cell in np.unique(cells):
        found.update(h3.grid_disk(int(cell), k))
    return np.array(sorted(found), dtype=np.int64)


def centres(cells: Cells) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Centre of each cell: lon and lat in degrees."""
    if len(cells) == 0:
        return np.empty(0), np.empty(0)
    pairs = np.array([h3.cell_to_latlng(int(cell)) for cell in cells])
    return pairs[:, 1], pairs[:, 0]


def outline(cell: int) -> list[tuple[float, float]]:
    """The cell's closed ring of (lon, lat), counter-clockwise as RFC 7946 wants it."""
    ring = [(lon, lat) for lat, lon in h3.cell_to_boundary(cell)]
    return [*ring, ring[0]]


def area_m2(cells: Cells) -> NDArray[np.float64]:
    """Area of each cell in square metres, on the sphere."""
    return np.array([h3.cell_area(int(cell), unit="m^2") for cell in cells], dtype=np.float64)


def to_text(cells: Iterable[int]) -> list[str]:
    """H3's hex strings."""
    return [h3.int_to_str(int(cell)) for cell in cells]


def from_text(names: Iterable[str]) -> Cells:
    """Cells from H3's hex strings; raises `ValueError` for one that is not a cell."""
    cells = [h3.str_to_int(name) for name in names]
    for name, cell in zip(names, cells, strict=True):
        if not h3.is_valid_cell(cell):
            raise ValueError(f"'{name}' is not an H3 cell")
    return np.array(cells, dtype=np.int64)
