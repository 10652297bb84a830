"""File mode: the points of any file geopandas can read, or of a CSV with coordinate columns."""

import csv
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo.errors import PlainError

LON_NAMES = ("lon", "lng", "longitude", "laengdegrad", "længdegrad", "laengde")
LAT_NAMES = ("lat", "latitude", "breddegrad", "bredde")
TABLES = (".csv", ".txt", ".tsv")


class PointFileError(PlainError, ValueError):
    """A file whose points cannot be used."""


def read_points(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Longitude and latitude in degrees of every row, two arrays of equal length.

    Raises `PointFileError`: one sentence, naming line or column.
    """
    _require_file(path)
    lon, lat = _table_points(path) if path.suffix.lower() in TABLES else _layer_points(path)
    if len(lon) == 0:
        raise PointFileError(f"{path.name} has no rows")
    wrong = ~((np.abs(lon) <= 180) & (np.abs(lat) <= 90))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        raise PointFileError(f"{path.name} row {row + 1}: {lon[row]}, {lat[row]} is not longitude, latitude in degrees")
    return lon, lat


def read_polygon(path: Path) -> shapely.Geometry:
    """All polygons of a file together, in degrees (WGS84); raises `PointFileError`."""
    _require_file(path)
    shapes = _read_layer(path)
    polygons = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    if len(polygons) == 0:
        raise PointFileError(f"{path.name} has no polygon")
    whole: shapely.Geometry = polygons.to_crs(4326).union_all()
    return whole


def _require_file(path: Path) -> None:
    if path.is_dir():
        raise PointFileError(f"{path} is a directory, not a file")
    if not path.exists():
        raise PointFileError(f"there is no file {path}")


def _table_points(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    try:
        table = pd.read_csv(path, sep=None, engine="python", dtype=str, encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise PointFileError(f"{path.name} is not UTF-8 text") from error
    except (csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError, OSError) as error:
        raise PointFileError(f"{path.name} cannot be read: {error}") from error
    return _numbers(path, table, LON_NAMES), _numbers(path, table, LAT_NAMES)


def _numbers(path: Path, table: pd.DataFrame, names: tuple[str, ...]) -> NDArray[np.float64]:
    found = [column for column in table.columns if column.strip().lower() in names]
    if len(found) != 1:
        raise PointFileError(f"{path.name} needs one column named {names[0]}; it has {', '.join(table.columns)}")
    numbers = pd.to_numeric(table[found[0]].str.strip().str.replace(",", "."), errors="coerce").to_numpy(float)
    missing = np.flatnonzero(np.isnan(numbers))
    if len(missing):
        raise PointFileError(f"{path.name} row {missing[0] + 1}: column {found[0]} is not a number")
    return np.asarray(numbers, dtype=np.float64)


def _layer_points(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    layer = _read_layer(path)
    if not (layer.geom_type == "Point").all():
        raise PointFileError(f"{path.name} must hold points only, it has {', '.join(layer.geom_type.unique())}")
    points = layer.to_crs(4326).geometry
    return points.x.to_numpy(), points.y.to_numpy()


def _read_layer(path: Path) -> gpd.GeoDataFrame:
    try:
        layer = gpd.read_file(path)
    except Exception as error:
        raise PointFileError(f"{path.name} cannot be read as a map layer: {error}") from error
    if layer.crs is None:
        raise PointFileError(f"{path.name} does not say which coordinate reference system it is in")
    return layer
