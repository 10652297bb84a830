"""Between degrees (WGS84, EPSG:4326) and metres in a partnership's own projected CRS."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from pyproj.exceptions import CRSError

from geo.errors import PlainError

WGS84 = "EPSG:4326"


class ProjectionError(PlainError, ValueError):
    """A CRS that does not exist or does not fit its use."""


@lru_cache(maxsize=32)
def _transformer(source: str, target: str) -> Transformer:
    try:
        return Transformer.from_crs(source, target, always_xy=True)
    except CRSError as error:
        raise ProjectionError(f"unknown coordinate reference system in '{source}' → '{target}'") from error


def require_metric(crs: str) -> str:
    """``crs`` itself; raises `ProjectionError` unless it is a projected CRS with metres as its unit."""
    try:
        parsed = CRS.from_user_input(crs)
    except CRSError as error:
        raise ProjectionError(f"unknown coordinate reference system '{crs}'") from error
    if not parsed.is_projected or any(axis.unit_name != "metre" for axis in parsed.axis_info):
        raise ProjectionError(f"'{crs}' is not a projected coordinate reference system in metres")
    return crs


def project(
    lon: NDArray[np.float64], lat: NDArray[np.float64], metric_crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Degrees to metres: two arrays of the same shape as the input, x (east) and y (north)."""
    x, y = _transformer(WGS84, metric_crs).transform(lon, lat)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def utm_zone(lon: float, lat: float) -> str:
    """The plain UTM zone (WGS84) that holds a place; Norway's and Svalbard's wider zones are not heeded.

    >>> utm_zone(12.55, 55.69), utm_zone(-89.9, 35.1), utm_zone(151.2, -33.9)
    ('EPSG:32633', 'EPSG:32616', 'EPSG:32756')
    """
    zone = min(int((lon + 180) // 6) + 1, 60)
    return f"EPSG:{32600 if lat >= 0 else 32700}"[:-2] + f"{zone:02d}"


def to_degrees(
    x: NDArray[np.float64], y: NDArray[np.float64], crs: str
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates in ``crs`` to degrees: two arrays of the same shape as the input, lon and lat."""
    if crs == WGS84:
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    lon, lat = _transformer(crs, WGS84).transform(x, y)
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
