"""Gazetteers from files: a partnership's sketch, and a register of addresses as CSV."""

import csv
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from geo.errors import PlainError
from geo.gazetteer import Gazetteer, LonLat, build_gazetteer

ADDRESS_COLUMNS = ("vejnavn", "husnr", "lon", "lat")


class GazetteerError(PlainError, ValueError):
    """A gazetteer that cannot be used; the sentence names the file's line or the feature."""


def load_gazetteer(sketch: Mapping[str, Any] | None, addresses: Path | None) -> Gazetteer:
    """Streets and places of a partnership's ``sketch`` and the register in ``addresses``; either may be None.

    ``sketch`` is a GeoJSON FeatureCollection whose features of kind ``street`` (lines) and ``place`` (points)
    have a name. ``addresses`` is a CSV with the columns ``vejnavn,husnr,lon,lat`` in UTF-8, separated by comma
    or semicolon, decimal point, degrees in WGS84. Raises `GazetteerError`.
    """
    try:
        return build_gazetteer(
            streets=_streets(sketch or {}),
            places=_places(sketch or {}),
            addresses=_addresses(addresses) if addresses is not None else (),
        )
    except ValueError as error:
        raise error if isinstance(error, GazetteerError) else GazetteerError(str(error)) from error


def _streets(sketch: Mapping[str, Any]) -> Iterator[tuple[str, list[LonLat]]]:
    for name, geometry in _features(sketch, "street"):
        match geometry:
            case {"type": "LineString", "coordinates": [*line]}:
                yield name, [_position(name, point) for point in line]
            case {"type": "MultiLineString", "coordinates": [*lines]}:
                for line in lines:
                    yield name, [_position(name, point) for point in line]
            case _:
                raise GazetteerError(f"street '{name}' in the sketch is not a line")


def _places(sketch: Mapping[str, Any]) -> Iterator[tuple[str, LonLat]]:
    for name, geometry in _features(sketch, "place"):
        if geometry.get("type") != "Point":
            raise GazetteerError(f"place '{name}' in the sketch is not a point")
        yield name, _position(name, geometry.get("coordinates"))


def _features(sketch: Mapping[str, Any], kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for feature in sketch.get("features", []):
        properties = feature.get("properties") or {}
        if properties.get("kind") != kind:
            continue
        if not str(properties.get("name") or "").strip():
            raise GazetteerError(f"a {kind} in the sketch has no name")
        yield str(properties["name"]), feature.get("geometry") or {}


def _position(name: str, point: object) -> LonLat:
    match point:
        case [int() | float() as lon, int() | float() as lat, *_] if _in_degrees(lon, lat):
            return float(lon), float(lat)
    raise GazetteerError(f"'{name}' in the sketch has a point that is not longitude, latitude in degrees: {point}")


def _addresses(path: Path) -> Iterator[tuple[str, str, LonLat]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            header = file.readline()
            delimiter = ";" if ";" in header else ","
            columns = [name.strip() for name in header.split(delimiter)]
            missing = [name for name in ADDRESS_COLUMNS if name not in columns]
            if missing:
                raise GazetteerError(f"the gazetteer '{path.name}' has no column '{missing[0]}'")
            for line, row in enumerate(csv.DictReader(file, columns, delimiter=delimiter), start=2):
                yield _address(path, line, row)
    except UnicodeDecodeError as error:
        raise GazetteerError(f"the gazetteer '{path.name}' is not UTF-8") from error
    except (OSError, csv.Error) as error:
        raise GazetteerError(f"the gazetteer '{path.name}' cannot be read: {error}") from error


def _address(path: Path, line: int, row: Mapping[str, str | None]) -> tuple[str, str, LonLat]:
    street, number, lon, lat = (row[name] or "" for name in ADDRESS_COLUMNS)
    try:
        point = float(lon), float(lat)
    except ValueError:
        point = math.nan, math.nan
    if not _in_degrees(*point):
        raise GazetteerError(f"line {line} of the gazetteer '{path.name}' has no longitude and latitude in degrees")
    return street, number, point


def _in_degrees(lon: float, lat: float) -> bool:
    return abs(lon) <= 180 and abs(lat) <= 90
