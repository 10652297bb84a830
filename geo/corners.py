"""Where two streets meet."""

import itertools

import numpy as np
import shapely
import shapely.ops
from shapely.geometry.base import BaseGeometry

from geo.streets import LonLat, Street, metres_per_degree

ACCURACY_M = 20.0
# Lines meet where they come this close; a sketch's lines may stop short of each other.
REACH_M = 25.0
# Where a street is known by its houses only, the houses at a corner are this close.
HOUSES_ACCURACY_M = 40.0
HOUSES_REACH_M = 45.0
LONGEST_CORNER_M = 120.0
SAME_CORNER_M = 60.0


def corners(first: Street, second: Street) -> list[tuple[LonLat, float]]:
    """The points where two streets meet, each with its accuracy in metres; none where they do not come close."""
    with_lines = first.has_line and second.has_line
    scale = metres_per_degree(first.lat)
    a, b = (
        shapely.transform(s.lines if s.has_line else s.houses, lambda points: points * scale) for s in (first, second)
    )
    gap_m = float(a.distance(b))
    if not gap_m <= (REACH_M if with_lines else HOUSES_REACH_M):
        return []
    if not with_lines and _run_along(a, b):
        return []
    crossing = shapely.get_parts(a.intersection(b)) if gap_m == 0 else np.array([_between(a, b)])
    points = _apart(sorted((part.centroid for part in crossing), key=lambda p: (p.x, p.y)))
    spread_m = max((p.distance(part) for p in points for part in crossing if len(points) == 1), default=0.0)
    accuracy_m = (ACCURACY_M if with_lines else HOUSES_ACCURACY_M) + gap_m / 2 + spread_m
    return [((float(p.x / scale[0]), float(p.y / scale[1])), accuracy_m) for p in points]


def _run_along(a: BaseGeometry, b: BaseGeometry) -> bool:
    """Whether two streets lie beside each other for longer than a corner: then no one point is where they meet."""
    beside = a.intersection(b.buffer(HOUSES_REACH_M))
    west, south, east, north = beside.bounds
    return bool(np.hypot(east - west, north - south) > LONGEST_CORNER_M)


def _between(a: BaseGeometry, b: BaseGeometry) -> shapely.Point:
    p, q = shapely.ops.nearest_points(a, b)
    return shapely.Point((p.x + q.x) / 2, (p.y + q.y) / 2)


def _apart(points: list[shapely.Point]) -> list[shapely.Point]:
    """One point where all lie together, else those that are apart from each other."""
    if all(p.distance(q) <= SAME_CORNER_M for p, q in itertools.combinations(points, 2)):
        return [shapely.MultiPoint(points).centroid]
    kept: list[shapely.Point] = []
    for point in points:
        if all(point.distance(other) > SAME_CORNER_M for other in kept):
            kept.append(point)
    return kept
