"""Gazetteers from files: a partnership's sketch, and a register of addresses."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import shapely

from data import address_file, dar_extract
from data.address_file import GazetteerError
from geo.gazetteer import Gazetteer, build_gazetteer
from geo.streets import LonLat, metres_between

__all__ = ["GazetteerError", "load_gazetteer"]

AREAS_OF_NAMES = ("park", "water")


def load_gazetteer(sketch: Mapping[str, Any] | None, addresses: Path | None) -> Gazetteer:
    """Streets and places of a partnership's ``sketch`` and the register in ``addresses``; either may be None.

    ``sketch`` is a GeoJSON FeatureCollection whose features of kind ``street`` (lines), ``place`` (points),
    ``park`` and ``water`` (polygons) have a name. ``addresses`` is a flat CSV (see `data.address_file`) or an
    extract of Danmarks Adresseregister: a JSON file, a zip or a folder (see `data.dar_extract`). Raises
    `GazetteerError`.
    """
    streets = list(_streets(sketch or {}))
    known: Iterator[tuple[str, str, LonLat, str]] = iter(())
    if addresses is not None and dar_extract.is_extract(addresses):
        extract = dar_extract.read_extract(addresses)
        streets.extend(extract.streets)
        known = iter(extract.addresses)
    elif addresses is not None:
        known = address_file.read_addresses(addresses)
    try:
        return build_gazetteer(streets=streets, places=_places(sketch or {}), addresses=known)
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


def _places(sketch: Mapping[str, Any]) -> Iterator[tuple[str, LonLat] | tuple[str, LonLat, float]]:
    for name, geometry in _features(sketch, "place"):
        if geometry.get("type") != "Point":
            raise GazetteerError(f"place '{name}' in the sketch is not a point")
        yield name, _position(name, geometry.get("coordinates"))
    for kind in AREAS_OF_NAMES:
        for name, geometry in _features(sketch, kind):
            yield name, *_inside(name, geometry)


def _inside(name: str, geometry: Mapping[str, Any]) -> tuple[LonLat, float]:
    """A point inside an area, and the distance in metres from it within which all of the area lies."""
    match geometry:
        case {"type": "Polygon", "coordinates": [[_, _, _, *_] as ring, *_]}:
            outline = [_position(name, point) for point in ring]
        case _:
            raise GazetteerError(f"'{name}' in the sketch is not an area")
    area = shapely.Polygon(outline)
    middle = area.centroid if area.covers(area.centroid) else area.representative_point()
    point = float(middle.x), float(middle.y)
    return point, max(metres_between(point, corner) for corner in outline)


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
        case [int() | float() as lon, int() | float() as lat, *_] if abs(lon) <= 180 and abs(lat) <= 90:
            return float(lon), float(lat)
    raise GazetteerError(f"'{name}' in the sketch has a point that is not longitude, latitude in degrees: {point}")
