"""Typed columns and points of a file as text, so that the same rules read them as any CSV."""

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import shapely
from numpy.typing import NDArray

from data.intake.block import IntakeError
from data.intake.texts import TextColumn
from geo.projection import to_degrees

POINT, MULTI_POINT = 0, 4
DECIMALS = 9  # of a degree: a tenth of a millimetre


def as_text(column: pa.Array, name: str, decimal: str) -> TextColumn:
    """``column`` as stripped text, empty where it has no value; numbers with ``decimal``, times as ISO 8601.

    A time with a zone is written in UTC. Raises `IntakeError`, naming the column, for lists and other nested values.
    """
    if pa.types.is_dictionary(column.type):
        column = column.cast(column.type.value_type)
    kind = column.type
    if pa.types.is_timestamp(kind):
        text = _time_text(column)
    elif pa.types.is_date(kind):
        text = pc.strftime(column.cast(pa.date32()), "%Y-%m-%d")
    elif pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        given = pc.if_else(pc.is_nan(column), None, column) if pa.types.is_floating(kind) else column
        text = pc.replace_substring(given.cast(pa.string()), ".", decimal)
    elif pa.types.is_nested(kind) or pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        raise IntakeError(f"column '{name}' holds {kind}, not texts, numbers or times")
    else:
        text = column.cast(pa.string())
    return pc.utf8_trim_whitespace(pc.fill_null(text, ""))


def points_as_text(
    shapes: NDArray[np.object_], crs: str, decimal: str
) -> tuple[TextColumn, TextColumn, NDArray[np.bool_]]:
    """Longitude and latitude of ``shapes`` (n points in ``crs``, or None), and which of them are no points.

    An empty point, and none at all, is empty text. A collection of a single point is that point.
    """
    kind = shapely.get_type_id(shapes)
    lone = (kind == MULTI_POINT) & (shapely.get_num_geometries(shapes) == 1)
    points = np.where(lone, shapely.get_geometry(shapes, 0), shapes)
    there = ~(shapely.is_missing(points) | shapely.is_empty(points))
    is_point = (kind == POINT) | lone
    usable = there & is_point
    lon, lat = np.full(len(points), np.nan), np.full(len(points), np.nan)
    lon[usable], lat[usable] = to_degrees(shapely.get_x(points[usable]), shapely.get_y(points[usable]), crs)
    first, second = (as_text(pa.array(np.round(degrees, DECIMALS)), "", decimal) for degrees in (lon, lat))
    return first, second, there & ~is_point


def _time_text(column: pa.Array) -> pa.Array:
    zone = "" if column.type.tz is None else "Z"
    # Through whole numbers: what they count is UTC, whatever zone the type names.
    seconds = column.cast(pa.timestamp("s", column.type.tz), safe=False).cast(pa.int64()).cast(pa.timestamp("s"))
    return pc.strftime(seconds, f"%Y-%m-%dT%H:%M:%S{zone}")
