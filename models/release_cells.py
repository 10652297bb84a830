"""Cells of releases: H3 cells of resolution 9, merged where too few addresses lie in them.

A count of a cell with three houses is a count of three households. Such cells are merged upwards, to what is left of
their cell of resolution 8, and that to what is left of the area. A cell across a boundary is two, one in each area, so
that the cells of an area add up to it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.areas import AreaSet
from geo.grid import area_m2, cells_at, cells_with_centre_inside, fill_between, outline, parents, to_text
from geo.projection import project

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

CELL_RESOLUTION = 9
PARENT_RESOLUTION = 8
MINIMUM_ADDRESSES = 30
# Where no register says how many addresses there are: half of what a whole cell of resolution 9 covers.
MINIMUM_SHARE = 0.5
LEAST_SHARE = 1e-3


@dataclass(frozen=True)
class ReleaseCell:
    """The ``cells`` of resolution 9 (H3's hex strings) of one ``area`` that are counted together: one alone, with
    ``resolution`` 9, those of one of resolution 8, or what is left of the area with ``resolution`` 0."""

    area: str
    resolution: int
    cells: tuple[str, ...]


def release_cells(areas: AreaSet, addresses: tuple[Floats, Floats] | None) -> tuple[ReleaseCell, ...]:
    """The cells of every area, in the areas' order; ``addresses`` are lon and lat (n) in degrees, None where unknown.

    With addresses a cell needs `MINIMUM_ADDRESSES`. Without, no cell is finer than resolution 8, and each must cover
    at least half of what a cell of resolution 9 covers.
    """
    located = None
    if addresses is not None:
        located = cells_at(*addresses, CELL_RESOLUTION), areas.locate(*addresses).area
    found: list[ReleaseCell] = []
    for i, area in enumerate(areas.areas):
        cells, share = _cells_of(area.polygon, areas.metric_crs)
        if located is None:
            merged = merged_cells(cells, share, MINIMUM_SHARE, finest=PARENT_RESOLUTION)
        else:
            inside = np.sort(located[0][located[1] == i])
            size = np.searchsorted(inside, cells, "right") - np.searchsorted(inside, cells, "left")
            merged = merged_cells(cells, size.astype(np.float64), MINIMUM_ADDRESSES)
        found.extend(ReleaseCell(area.id, resolution, tuple(to_text(group))) for resolution, group in merged)
    return tuple(found)


def merged_cells(
    cells: Ints, size: Floats, minimum: float, *, finest: int = CELL_RESOLUTION
) -> list[tuple[int, list[int]]]:
    """``cells`` (n) of resolution 9 in one area, of ``size`` (n), in groups of at least ``minimum``, with resolutions.

    What is left of the area comes last; where that is too small by itself, the smallest groups join it. An area that is
    too small as a whole is one group all the same.
    """
    above = parents(cells, PARENT_RESOLUTION)
    alone = (size >= minimum) & (finest == CELL_RESOLUTION)
    groups = [(CELL_RESOLUTION, [int(cell)], float(s)) for cell, s in zip(cells[alone], size[alone], strict=True)]
    rest: list[int] = []
    rest_size = 0.0
    for parent in np.unique(above[~alone]):
        members = (above == parent) & ~alone
        total = float(size[members].sum())
        if total >= minimum:
            groups.append((PARENT_RESOLUTION, cells[members].tolist(), total))
        else:
            rest, rest_size = rest + cells[members].tolist(), rest_size + total
    groups.sort(key=lambda group: (-group[2], group[1]))
    while groups and (rest or len(groups) > 1) and rest_size < minimum and rest:
        _, members_of_smallest, added = groups.pop()
        rest, rest_size = rest + members_of_smallest, rest_size + added
    ordered = sorted((resolution, sorted(members)) for resolution, members, _ in groups)
    ordered.sort(key=lambda group: (-group[0], group[1]))
    return [*ordered, (0, sorted(rest))] if rest or not ordered else ordered


def _cells_of(polygon: shapely.Polygon, metric_crs: str) -> tuple[Ints, Floats]:
    """The cells of resolution 9 that lie in ``polygon`` in part, and the share of each that does."""
    inside = cells_with_centre_inside(polygon, CELL_RESOLUTION)
    centre = shapely.get_coordinates(polygon.representative_point())[0]
    start = np.union1d(inside, cells_at(centre[:1], centre[1:], CELL_RESOLUTION))
    near = fill_between(start)
    area = _in_metres(polygon, metric_crs)
    overlap = np.array([_in_metres(shapely.Polygon(outline(int(c))), metric_crs).intersection(area).area for c in near])
    share = overlap / area_m2(near)
    return near[share > LEAST_SHARE], share[share > LEAST_SHARE]


def _in_metres(polygon: shapely.Polygon, metric_crs: str) -> shapely.Polygon:
    def moved(corners: Floats) -> Floats:
        return np.column_stack(project(corners[:, 0], corners[:, 1], metric_crs))

    found: shapely.Polygon = shapely.transform(polygon, moved)
    return found


def addresses_of(points: Iterable[tuple[float, float]]) -> tuple[Floats, Floats] | None:
    """Lon and lat of ``points``; None where there are none."""
    found = np.array(list(points), dtype=np.float64).reshape(-1, 2)
    return (found[:, 0], found[:, 1]) if len(found) else None
