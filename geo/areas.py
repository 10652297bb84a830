"""Areas of a partnership: treated area, neighbours and controls, and which of them a point is in.

An incident belongs to an area by its own point, never by the centre of its H3 cell: house fronts stand
a dozen metres from a boundary street, and a cell is a hundred metres wide.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations
from typing import Any, Literal, get_args

import numpy as np
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError
from geo.projection import project

Role = Literal["treated", "neighbour", "control"]

NO_AREA = -1
# Two areas that share a street are drawn with 5 decimals: slivers up to this size are the rounding's.
OVERLAP_TOLERANCE_M2 = 50.0
MANY_POINTS = 5_000
SQUARE_M = 20.0
SQUARES_MARGIN_M = 500.0
REACH_M = SQUARE_M / 2 * 2**0.5 + 1e-3


class AreaError(PlainError, ValueError):
    """An area file that cannot be used; the sentence names the area."""


@dataclass(frozen=True)
class Area:
    """One area: ``polygon`` is in WGS84 lon/lat."""

    id: str
    name: str
    role: Role
    polygon: shapely.Polygon


@dataclass(frozen=True)
class Located:
    """Where points are: two arrays of the points' length.

    ``area`` is the index into `AreaSet.areas` (`NO_AREA` outside all); ``boundary_distance_m`` the
    distance in metres to the nearest boundary of any area.
    """

    area: NDArray[np.int16]
    boundary_distance_m: NDArray[np.float64]


@dataclass(frozen=True)
class AreaSet:
    """The areas of one partnership, in file order, with the metric CRS distances are measured in."""

    areas: tuple[Area, ...]
    metric_crs: str
    attribution: str

    @cached_property
    def index(self) -> Mapping[str, int]:
        """From area id to position in `areas`."""
        return {area.id: i for i, area in enumerate(self.areas)}

    @property
    def treated(self) -> Area:
        return next(area for area in self.areas if area.role == "treated")

    @property
    def neighbours(self) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.role == "neighbour")

    @property
    def controls(self) -> tuple[Area, ...]:
        return tuple(area for area in self.areas if area.role == "control")

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north of all areas together, in degrees."""
        west, south, east, north = shapely.total_bounds([area.polygon for area in self.areas])
        return float(west), float(south), float(east), float(north)

    @cached_property
    def _projected(self) -> NDArray[np.object_]:
        return np.array([_project_polygon(area.polygon, self.metric_crs) for area in self.areas], dtype=object)

    @cached_property
    def _polygon_tree(self) -> shapely.STRtree:
        return shapely.STRtree(self._projected)

    @cached_property
    def _segment_tree(self) -> shapely.STRtree:
        """Every segment of every ring, holes included."""
        rings = shapely.get_rings(self._projected)
        corners = shapely.get_coordinates(rings)
        starts = np.arange(len(corners) - 1)
        starts = starts[~np.isin(starts, np.cumsum(shapely.get_num_coordinates(rings)) - 1)]
        return shapely.STRtree(
            [shapely.LineString(ends) for ends in np.stack([corners[starts], corners[starts + 1]], axis=1)]
        )

    def locate(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> Located:
        """Area and distance to the nearest boundary of each point.

        ``lon`` and ``lat`` are 1-D arrays in degrees (WGS84). A point on a shared boundary belongs to the
        area that stands first in the file.
        """
        return self._locate_projected(*project(lon, lat, self.metric_crs))

    def in_metres(self, index: int) -> shapely.Polygon:
        """The polygon of the area at ``index`` in the metric CRS."""
        polygon: shapely.Polygon = self._projected[index]
        return polygon

    @property
    def treated_in_metres(self) -> shapely.Polygon:
        return self.in_metres(self.areas.index(self.treated))

    def area_in_metres(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int16]:
        """Index of the area of each point, given in the metric CRS, as `locate` gives it."""
        return self._locate_projected(x, y).area

    def _locate_projected(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> Located:
        points = np.atleast_1d(np.asarray(shapely.points(x, y)))
        area = np.full(len(points), NO_AREA, dtype=np.int16)
        point_index, polygon_index = self._polygon_tree.query(points, predicate="intersects")
        order = np.lexsort((polygon_index, point_index))
        point_index, polygon_index = point_index[order], polygon_index[order]
        first = np.unique(point_index, return_index=True)[1]
        area[point_index[first]] = polygon_index[first]
        distance = np.full(len(points), np.inf)
        (near, _), found = self._segment_tree.query_nearest(points, all_matches=False, return_distance=True)
        distance[near] = found
        return Located(area, distance)

    def locate_by(
        self, lon: NDArray[np.float64], lat: NDArray[np.float64], accuracy_m: NDArray[np.float64]
    ) -> tuple[NDArray[np.int16], NDArray[np.bool_]]:
        """Area of each point as `locate` gives it, and whether it is nearer to a boundary than its own accuracy.

        Many points are looked up in squares first: no point of a square is nearer to a boundary, or farther from
        it, than the square's centre by more than half its diagonal. Only what that leaves open is measured.
        """
        if len(lon) < MANY_POINTS:
            located = self.locate(lon, lat)
            return located.area, located.boundary_distance_m < accuracy_m
        x, y = project(lon, lat, self.metric_crs)
        squares = self._squares
        column, row = np.floor((x - squares.west) / SQUARE_M), np.floor((y - squares.south) / SQUARE_M)
        height, width = squares.area.shape
        within = (column >= 0) & (column < width) & (row >= 0) & (row < height)
        at = np.where(within, row * width + column, 0).astype(np.intp)
        area, distance = squares.area.ravel()[at], squares.boundary_distance_m.ravel()[at]
        edge = accuracy_m > distance
        is_open = ~within | (distance <= REACH_M) | (np.abs(accuracy_m - distance) <= REACH_M)
        rest = np.flatnonzero(is_open)
        located = self.locate(lon[rest], lat[rest])
        area[rest], edge[rest] = located.area, located.boundary_distance_m < accuracy_m[rest]
        return area, edge

    @cached_property
    def _squares(self) -> "_Squares":
        west, south, east, north = shapely.total_bounds(self._projected)
        width, height = (int((b - a + 2 * SQUARES_MARGIN_M) / SQUARE_M) + 1 for a, b in ((west, east), (south, north)))
        west, south = west - SQUARES_MARGIN_M, south - SQUARES_MARGIN_M
        x, y = np.meshgrid(west + (np.arange(width) + 0.5) * SQUARE_M, south + (np.arange(height) + 0.5) * SQUARE_M)
        located = self._locate_projected(x.ravel(), y.ravel())
        return _Squares(
            west, south, located.area.reshape(height, width), located.boundary_distance_m.reshape(height, width)
        )


@dataclass(frozen=True)
class _Squares:
    """Squares of `SQUARE_M` from a south-west corner in metres: what `Located` says of their centres, by row."""

    west: float
    south: float
    area: NDArray[np.int16]
    boundary_distance_m: NDArray[np.float64]


def parse_areas(collection: Mapping[str, Any], *, metric_crs: str) -> AreaSet:
    """An `AreaSet` from a GeoJSON FeatureCollection of Polygons with `id`, `name` and `role`.

    Raises `AreaError` naming the area for an unclosed ring, an invalid geometry, coordinates that are not
    degrees, an unknown role, a duplicate id, overlapping areas, or not exactly one treated area.
    """
    features = collection.get("features")
    if collection.get("type") != "FeatureCollection" or not isinstance(features, list) or not features:
        raise AreaError("the areas file is not a GeoJSON FeatureCollection with features")
    areas = tuple(_parse_area(feature) for feature in features)
    duplicates = {a.id for a in areas if sum(a.id == b.id for b in areas) > 1}
    if duplicates:
        raise AreaError(f"area id '{min(duplicates)}' stands twice in the areas file")
    treated = [area.id for area in areas if area.role == "treated"]
    if len(treated) != 1:
        raise AreaError(f"there must be exactly one treated area, found {len(treated)}: {', '.join(treated)}")
    _refuse_overlap(areas, metric_crs)
    return AreaSet(areas, metric_crs, str(collection.get("attribution", "")))


def _parse_area(feature: Mapping[str, Any]) -> Area:
    properties = feature.get("properties") or {}
    area_id = str(properties.get("id", "")).strip()
    if not area_id:
        raise AreaError("a feature of the areas file has no 'id' property")
    role: Any = properties.get("role")
    if role not in get_args(Role):
        raise AreaError(f"area '{area_id}' has role '{role}'; it must be treated, neighbour or control")
    geometry = feature.get("geometry") or {}
    if geometry.get("type") != "Polygon":
        raise AreaError(f"area '{area_id}' is a {geometry.get('type')}; it must be a Polygon")
    rings = geometry.get("coordinates") or []
    for ring in rings:
        _refuse_ring(area_id, ring)
    if not rings:
        raise AreaError(f"area '{area_id}' has no coordinates")
    polygon = shapely.Polygon(rings[0], rings[1:])
    if not polygon.is_valid:
        raise AreaError(f"area '{area_id}' is not a valid polygon: {shapely.is_valid_reason(polygon)}")
    return Area(area_id, str(properties.get("name") or area_id), role, polygon)


def _refuse_ring(area_id: str, ring: Sequence[Sequence[float]]) -> None:
    if len(ring) < 4:
        raise AreaError(f"area '{area_id}' has a ring of {len(ring)} points; at least 4 are needed")
    if list(ring[0]) != list(ring[-1]):
        raise AreaError(f"area '{area_id}' has an unclosed ring: it starts at {ring[0]} and ends at {ring[-1]}")
    for lon, lat, *_ in ring:
        if not (-180 <= lon <= 180 and -90 <= lat <= 90):
            raise AreaError(f"area '{area_id}' has a point {lon}, {lat} that is not longitude, latitude in degrees")


def _refuse_overlap(areas: Sequence[Area], metric_crs: str) -> None:
    projected = {area.id: _project_polygon(area.polygon, metric_crs) for area in areas}
    for a, b in combinations(areas, 2):
        shared_m2 = projected[a.id].intersection(projected[b.id]).area
        if shared_m2 > OVERLAP_TOLERANCE_M2:
            place = a.polygon.intersection(b.polygon).representative_point()
            raise AreaError(
                f"areas '{a.id}' ({a.role}) and '{b.id}' ({b.role}) overlap by {shared_m2:.0f} m² "
                f"at {place.x:.5f}, {place.y:.5f}"
            )


def _project_polygon(polygon: shapely.Polygon, metric_crs: str) -> shapely.Polygon:
    def to_metres(coordinates: NDArray[np.float64]) -> NDArray[np.float64]:
        x, y = project(coordinates[:, 0], coordinates[:, 1], metric_crs)
        return np.column_stack([x, y])

    return shapely.transform(polygon, to_metres)
