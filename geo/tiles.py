"""Map tiles: squares of Web Mercator (EPSG:3857) by zoom, column and row, rows counted from the north (XYZ).

Source: OGC 17-083r4, tile matrix set WebMercatorQuad. MBTiles and TMS count rows from the south.
"""

import math
from dataclasses import dataclass

from geo.errors import PlainError

HIGHEST_ZOOM = 22
NORTHERNMOST = 85.0511287798066  # latitude at which the square world of Web Mercator ends, degrees
Bounds = tuple[float, float, float, float]  # west, south, east, north in degrees


class TileError(PlainError, ValueError):
    """A tile that no map has."""


@dataclass(frozen=True, order=True)
class Tile:
    """One tile; raises `TileError` unless 0 <= z <= 22 and x and y are below 2^z."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        if not 0 <= self.z <= HIGHEST_ZOOM:
            raise TileError(f"a tile's zoom is 0-{HIGHEST_ZOOM}, found {self.z}")
        if not (0 <= self.x < 2**self.z and 0 <= self.y < 2**self.z):
            raise TileError(f"at zoom {self.z} column and row are 0-{2**self.z - 1}, found {self.x} and {self.y}")

    @property
    def row_from_south(self) -> int:
        """The row as MBTiles and TMS count it.

        >>> Tile(3, 0, 0).row_from_south, Tile(0, 0, 0).row_from_south
        (7, 0)
        """
        return (1 << self.z) - 1 - self.y

    @property
    def bounds(self) -> Bounds:
        """What the tile shows.

        >>> [round(x, 4) for x in Tile(14, 8763, 5124).bounds]
        [12.5464, 55.7147, 12.5684, 55.7271]
        """
        n = 2**self.z
        return (
            360 * self.x / n - 180,
            _latitude(self.y + 1, n),
            360 * (self.x + 1) / n - 180,
            _latitude(self.y, n),
        )

    def touches(self, bounds: Bounds) -> bool:
        """Whether any of it lies within ``bounds``."""
        return overlap(self.bounds, bounds)


def tile_at(lon: float, lat: float, z: int) -> Tile:
    """The tile of zoom ``z`` that holds a place; degrees.

    >>> tile_at(12.5550, 55.6945, 14)
    Tile(z=14, x=8763, y=5126)
    """
    n = 2**z
    phi = math.radians(max(-NORTHERNMOST, min(NORTHERNMOST, lat)))
    x = int((lon + 180) / 360 * n)
    y = int((1 - math.asinh(math.tan(phi)) / math.pi) / 2 * n)
    return Tile(z, min(max(x, 0), n - 1), min(max(y, 0), n - 1))


def overlap(first: Bounds, second: Bounds) -> bool:
    """Whether both share more than a side.

    >>> overlap((0, 0, 1, 1), (0.5, 0.5, 2, 2)), overlap((0, 0, 1, 1), (1, 0, 2, 1))
    (True, False)
    """
    return first[0] < second[2] and second[0] < first[2] and first[1] < second[3] and second[1] < first[3]


def grown(bounds: Bounds, share: float) -> Bounds:
    """``bounds`` grown to every side by ``share`` of their longer side in degrees, within the world.

    >>> grown((12.0, 55.0, 13.0, 55.5), 0.5)
    (11.5, 54.5, 13.5, 56.0)
    """
    west, south, east, north = bounds
    by = share * max(east - west, north - south, 1e-3)
    return (
        max(west - by, -180.0),
        max(south - by, -NORTHERNMOST),
        min(east + by, 180.0),
        min(north + by, NORTHERNMOST),
    )


def _latitude(row: int, n: int) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / n))))
