"""One street at one place: its line, the houses known along it, and how far it reaches.

Lengths are measured on a local plane, which is right to a centimetre over a street.
"""

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import shapely
import shapely.ops
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

LonLat = tuple[float, float]
Points = NDArray[np.float64]

METRES_PER_DEGREE = math.radians(1) * 6_371_008.8
# A name whose parts lie further apart than this is the name of several streets.
SAME_STREET_M = 2_000.0
LINE_STEP_M = 500.0
# Houses stand beside the line and a line may end before its last house.
BESIDE_M = 30.0
# A street known by a few houses only goes on past them.
MIN_REACH_OF_HOUSES_M = 150.0
MIN_REACH_OF_ONE_HOUSE_M = 400.0
FEW_HOUSES = 3
# A number past those known may stand where nothing of the street is known.
BEYOND = 2.0


class House(NamedTuple):
    """A house of a street: its point in degrees, its number without letter, and its postcode or nothing."""

    point: LonLat
    number: int
    postcode: str = ""


@dataclass(frozen=True)
class Street:
    """A street: its middle, and within how many metres of it everything known of the street lies.

    ``lines`` (in degrees) is empty where only houses are known. ``postcodes`` are those of its houses,
    ``numbers`` the lowest and the highest of them (0, 0 where none is known).
    """

    name: str
    lon: float
    lat: float
    reach_m: float
    lines: shapely.MultiLineString
    houses: shapely.MultiPoint
    postcodes: frozenset[str]
    numbers: tuple[int, int]

    def reach_of_m(self, number: int) -> float:
        """Within how many metres of the middle a house lies that is not known; farther for the ends' numbers."""
        lowest, highest = self.numbers
        return self.reach_m if lowest < number < highest or not highest else self.reach_m * BEYOND

    @property
    def has_line(self) -> bool:
        return not self.lines.is_empty

    def in_metres(self) -> BaseGeometry:
        """The line, or else the houses, on the street's local plane; see `metres_per_degree`."""
        shape: BaseGeometry = self.lines if self.has_line else self.houses
        return shapely.transform(shape, lambda points: points * metres_per_degree(self.lat))

    def distance_m(self, point: LonLat) -> float:
        return float(self.in_metres().distance(shapely.Point(*(np.array(point) * metres_per_degree(self.lat)))))

    def not_off(self, first: LonLat, last: LonLat, between: LonLat) -> LonLat:
        """``between``, or the line's nearest point where it lies further from the line than both ends do."""
        if not self.has_line:
            return between
        ends_m = max(self.distance_m(first), self.distance_m(last))
        if ends_m > SAME_STREET_M or self.distance_m(between) <= ends_m:
            return between
        scale = metres_per_degree(self.lat)
        line = self.in_metres()
        lon, lat = np.array(shapely.ops.nearest_points(line, shapely.Point(*(between * scale)))[0].coords[0]) / scale
        return float(lon), float(lat)


def streets_of(name: str, lines: Sequence[Points], houses: Sequence[House]) -> tuple[Street, ...]:
    """The streets called ``name``: one for each part of the country in which it has lines or houses.

    ``lines`` are arrays of shape (n, 2) in degrees.
    """
    parts = [_along(line) for line in lines] + [np.array([house.point]) for house in houses]
    together = _together(parts)
    return tuple(
        _street(
            name,
            [lines[i] for i in members if i < len(lines)],
            [houses[i - len(lines)] for i in members if i >= len(lines)],
        )
        for members in together
    )


def metres_per_degree(lat: float) -> Points:
    """Metres per degree east and north at a latitude, shape (2,)."""
    return np.array([METRES_PER_DEGREE * math.cos(math.radians(lat)), METRES_PER_DEGREE])


def metres_between(a: LonLat, b: LonLat) -> float:
    return math.hypot(
        (a[0] - b[0]) * METRES_PER_DEGREE * math.cos(math.radians(a[1])), (a[1] - b[1]) * METRES_PER_DEGREE
    )


def _street(name: str, lines: Sequence[Points], houses: Sequence[House]) -> Street:
    points = np.array([house.point for house in houses]).reshape(-1, 2)
    numbers = [house.number for house in houses]
    everything = np.concatenate([*lines, points])
    scale = metres_per_degree(float(everything[0, 1]))
    middle = _middle_of_longest(lines, scale) if lines else (everything.min(axis=0) + everything.max(axis=0)) / 2
    reach_m = float(np.hypot(*((everything - middle) * scale).T).max()) + BESIDE_M
    if not lines:
        reach_m = max(reach_m, MIN_REACH_OF_HOUSES_M if len(houses) > FEW_HOUSES else MIN_REACH_OF_ONE_HOUSE_M)
    return Street(
        name=name,
        lon=float(middle[0]),
        lat=float(middle[1]),
        reach_m=reach_m,
        lines=shapely.MultiLineString(list(lines)),
        houses=shapely.MultiPoint(points),
        postcodes=frozenset(house.postcode for house in houses if house.postcode),
        numbers=(min(numbers), max(numbers)) if numbers else (0, 0),
    )


def _middle_of_longest(lines: Sequence[Points], scale: Points) -> Points:
    longest = max((shapely.LineString(line * scale) for line in lines), key=lambda line: line.length)
    middle: Points = np.array(longest.interpolate(0.5, normalized=True).coords[0]) / scale
    return middle


def _along(line: Points) -> Points:
    """Points along a line, no further apart than `LINE_STEP_M`."""
    step = LINE_STEP_M / METRES_PER_DEGREE
    along: Points = shapely.get_coordinates(shapely.segmentize(shapely.LineString(line), step))
    return along


def _together(parts: Sequence[Points]) -> list[list[int]]:
    """Positions of ``parts`` in groups that lie within `SAME_STREET_M` or so of each other."""
    everything = np.concatenate(parts)
    scale = metres_per_degree(float(everything[0, 1]))
    if np.hypot(*(np.ptp(everything, axis=0) * scale)) <= SAME_STREET_M:
        return [list(range(len(parts)))]
    squares: dict[tuple[int, int], set[int]] = defaultdict(set)
    for i, part in enumerate(parts):
        for x, y in np.floor(part * scale / SAME_STREET_M).astype(int).tolist():
            squares[x, y].add(i)
    groups = []
    while squares:
        front, members = [squares.popitem()], set[int]()
        while front:
            (x, y), found = front.pop()
            members |= found
            around = [(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)]
            front.extend((square, squares.pop(square)) for square in around if square in squares)
        groups.append(members)
    return _joined(groups)


def _joined(groups: Sequence[set[int]]) -> list[list[int]]:
    """Groups without common members: what shares a member is one group."""
    apart: list[set[int]] = []
    for group in groups:
        touching = [other for other in apart if other & group]
        apart = [other for other in apart if not other & group] + [group.union(*touching)]
    return sorted(sorted(group) for group in apart)
