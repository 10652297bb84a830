"""Clusters that cross the boundary of one area: whose centre lay in it for days, and then in another for days.

A centre near a boundary wavers: one incident more or fewer takes it across and back. So a side counts only after
``settled_days`` in a row, and what lies between two such stays is the way. A cluster that took in another, or lost
a part, on the way has not crossed: its centre jumped, and no incident need have moved.

Nothing is tested here. How often clusters cross where nothing moved, `benchmarks.cluster_crossings` measures.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely
from numpy.typing import NDArray

from models.cluster_tracking import ChangeKind, Direction, Movement, TrackedDay
from models.crossing_parameters import CrossingParameters

Floats = NDArray[np.float64]
Areas = NDArray[np.int16]
AreaOf = Callable[[Floats, Floats], Areas]
JUMPS = (ChangeKind.MERGE, ChangeKind.SPLIT)


@dataclass(frozen=True)
class Centre:
    """Where a cluster's centre lay on ``day``, in metres, and its incidents."""

    day: int
    x_m: float
    y_m: float
    incidents: int


@dataclass(frozen=True)
class BoundaryCrossing:
    """Cluster ``id`` went from area ``from_area`` to ``to_area``, and had arrived on ``day``.

    ``path`` holds its centre day by day, from the stay before to the stay after, `reach_days` of each at most.
    """

    id: int
    day: int
    direction: Direction
    from_area: int
    to_area: int
    path: tuple[Centre, ...]


@dataclass(frozen=True)
class _Stay:
    """Days ``first`` up to and without ``stop``, positions in a path, in one area."""

    area: int
    first: int
    stop: int


def boundary_crossings(
    days: Sequence[TrackedDay],
    area_of: AreaOf,
    boundary: shapely.Geometry,
    parameters: CrossingParameters | None = None,
) -> tuple[BoundaryCrossing, ...]:
    """Every crossing of ``boundary`` (a polygon in the clusters' metres) by a cluster of ``days``, by day and id.

    ``area_of`` gives the area of points x_m, y_m (n): a whole number each.

    >>> from models.cluster_tracking import ClusterDay, track_clusters
    >>> from models.clusters import Cluster
    >>> def day(number):
    ...     members = np.arange(5)
    ...     cluster = Cluster(10.0 * number, 5.0, 5, 0.0, np.zeros((1, 2)), members)
    ...     return ClusterDay(number, np.arange(number, number + 5), (cluster,))
    >>> days = track_clusters([day(number) for number in range(1, 9)])
    >>> def area_of(x_m, y_m):
    ...     return np.where(x_m < 45, 0, 1).astype(np.int16)
    >>> parameters = CrossingParameters(settled_days=3)
    >>> (found,) = boundary_crossings(days, area_of, shapely.box(0, 0, 45, 10), parameters)
    >>> found.direction.value, found.day, len(found.path)
    ('outward', 5, 8)
    """
    parameters = parameters or CrossingParameters()
    jumped = {(change.id, change.day) for day in days for change in day.changes if change.kind in JUMPS}
    found: list[BoundaryCrossing] = []
    for number, path in _paths(days).items():
        for before, after in pairwise(_stays(_areas(path, area_of), parameters.settled_days)):
            way = path[before.stop - 1 : after.first + 1]
            first = max(before.first, before.stop - parameters.reach_days)
            whole = path[first : min(after.stop, after.first + parameters.reach_days)]
            crossed = _movement(way).crosses(boundary)
            jump = any((number, centre.day) in jumped for centre in way[1:])
            if crossed and not jump and _movement(whole).length_m >= parameters.moved_m:
                day, direction = way[-1].day, crossed.direction
                found.append(BoundaryCrossing(number, day, direction, before.area, after.area, tuple(whole)))
    return tuple(sorted(found, key=lambda crossing: (crossing.day, crossing.id)))


def _movement(path: Sequence[Centre]) -> Movement:
    return Movement(path[0].x_m, path[0].y_m, path[-1].x_m, path[-1].y_m)


def _paths(days: Sequence[TrackedDay]) -> dict[int, list[Centre]]:
    """The centres of each cluster, by id: on days without a gap, for an identity that died does not come back."""
    paths: dict[int, list[Centre]] = {}
    for day in days:
        for one in day.clusters:
            centre = Centre(day.day, one.cluster.x_m, one.cluster.y_m, one.cluster.incidents)
            paths.setdefault(one.id, []).append(centre)
    return paths


def _areas(path: Sequence[Centre], area_of: AreaOf) -> Areas:
    return area_of(np.array([centre.x_m for centre in path]), np.array([centre.y_m for centre in path]))


def _stays(areas: Areas, settled_days: int) -> list[_Stay]:
    """Stays of at least ``settled_days``; two in the same area with a shorter one between are one."""
    cuts = [0, *(np.flatnonzero(np.diff(areas)) + 1).tolist(), len(areas)]
    stays: list[_Stay] = []
    for first, stop in pairwise(cuts):
        area = int(areas[first])
        if stop - first < settled_days:
            continue
        if stays and stays[-1].area == area:
            stays[-1] = _Stay(area, stays[-1].first, stop)
        else:
            stays.append(_Stay(area, first, stop))
    return stays
