"""File mode: the points of any file that intake reads, and the polygons of a map layer."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from data.intake.numbers import parse_numbers
from data.intake.table import GEOMETRY_LAT, GEOMETRY_LON, RawBlock, Table, TableOptions
from data.intake.table_file import open_table
from geo.errors import PlainError

LON_NAMES = ("lon", "lng", "longitude", "laengdegrad", "længdegrad", "laengde")
LAT_NAMES = ("lat", "latitude", "breddegrad", "bredde")
BLOCK_ROWS = 100_000

Numbers = NDArray[np.float64]


class PointFileError(PlainError, ValueError):
    """A file whose points cannot be used."""


def read_points(path: Path) -> tuple[Numbers, Numbers]:
    """Longitude and latitude in degrees of every row, two arrays of equal length.

    Raises `PointFileError` or `IntakeError`: one sentence, naming line or column.
    """
    table = open_table(path, TableOptions())
    columns = _column(table, LON_NAMES, GEOMETRY_LON), _column(table, LAT_NAMES, GEOMETRY_LAT)
    parts = [degrees(table, block, columns) for block in whole_blocks(table, columns)]
    if not parts:
        raise PointFileError(f"{table.name} has no rows")
    lon, lat = (np.concatenate(column) for column in zip(*parts, strict=True))
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


def _column(table: Table, names: tuple[str, ...], geometry: str) -> str:
    if geometry in table.header:
        return geometry
    found = [column for column in table.header if column.lower() in names]
    if len(found) != 1:
        raise PointFileError(f"{table.name} needs one column named {names[0]}; it has {', '.join(table.header)}")
    return found[0]


def whole_blocks(table: Table, columns: Sequence[str]) -> Iterator[RawBlock]:
    """The table's blocks; raises `PointFileError` for the first row that is no row."""
    for block in table.blocks(columns, BLOCK_ROWS):
        if block.rejects:
            first = block.rejects[0]
            raise PointFileError(f"{table.name} line {first.line}: {first.detail}")
        yield block


def degrees(table: Table, block: RawBlock, columns: tuple[str, str]) -> tuple[Numbers, Numbers]:
    """Longitude and latitude of a block's rows; raises `PointFileError` for the first that has none."""
    lon, lat = (numbers(table, block, column) for column in columns)
    wrong = np.flatnonzero(~((np.abs(lon) <= 180) & (np.abs(lat) <= 90)))
    if len(wrong):
        row = int(wrong[0])
        raise PointFileError(
            f"{table.name} line {block.line[row]}: {lon[row]}, {lat[row]} is not longitude, latitude in degrees"
        )
    return lon, lat


def numbers(table: Table, block: RawBlock, column: str) -> Numbers:
    """The numbers of a column, decimal point or comma; raises `PointFileError` for the first that is none."""
    values = block.values[column]
    found = parse_numbers(values)
    if np.isnan(found).any():
        found = np.where(np.isnan(found), parse_numbers(values, ","), found)
    missing = np.flatnonzero(np.isnan(found))
    if len(missing):
        raise PointFileError(f"{table.name} line {block.line[missing[0]]}: column {column} is not a number")
    return found


def counts(table: Table, block: RawBlock, column: str) -> Numbers:
    """The numbers of a column, none of them negative; raises `PointFileError` for the first that is."""
    found = numbers(table, block, column)
    wrong = np.flatnonzero(~((found >= 0) & np.isfinite(found)))
    if len(wrong):
        raise PointFileError(f"{table.name} line {block.line[wrong[0]]}: column {column} must not be negative")
    return found


def _read_layer(path: Path) -> gpd.GeoDataFrame:
    try:
        layer = gpd.read_file(path)
    except Exception as error:
        raise PointFileError(f"{path.name} cannot be read as a map layer: {error}") from error
    if layer.crs is None:
        raise PointFileError(f"{path.name} does not say which coordinate reference system it is in")
    return layer
