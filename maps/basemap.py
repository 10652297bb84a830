"""The sketched base map: water, parks, streets, squares and the outlines of the areas, with their names."""

from collections.abc import Mapping
from typing import Any

import shapely

from geo.areas import Area, AreaSet
from maps.page import rounded

KINDS = ("water", "park", "street", "place")


def basemap(areas: AreaSet, sketch: Mapping[str, Any] | None) -> dict[str, Any]:
    """What `static/map.js` draws under every map; lon/lat pairs in degrees with 5 decimals.

    ``sketch`` is a GeoJSON FeatureCollection whose features have ``kind`` (`KINDS`) and ``name``; others are
    left out. Without it only the areas are drawn.
    """
    sources = [areas.attribution, str((sketch or {}).get("attribution", ""))]
    return {
        "attribution": " · ".join(source for source in sources if source),
        "features": sketch_features(sketch),
        "areas": [_area(area) for area in areas.areas],
    }


def sketch_features(sketch: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The shapes of ``sketch`` as they are drawn; none without one."""
    return [_feature(f) for f in (sketch or {}).get("features", []) if f["properties"].get("kind") in KINDS]


def label_point(polygon: shapely.Polygon) -> tuple[float, float]:
    """Where a name fits best: the centre of the largest circle inside ``polygon``, lon/lat."""
    circle = shapely.maximum_inscribed_circle(polygon, tolerance=1e-5)
    lon, lat = shapely.get_coordinates(circle)[0]
    return rounded(lon), rounded(lat)


def _feature(feature: Mapping[str, Any]) -> dict[str, Any]:
    shape = shapely.geometry.shape(feature["geometry"])
    parts = [shapely.get_coordinates(part) for part in shapely.get_parts(shape)]
    return {
        "kind": feature["properties"]["kind"],
        "name": str(feature["properties"].get("name", "")),
        "parts": [[[rounded(lon), rounded(lat)] for lon, lat in part] for part in parts],
    }


def _area(area: Area) -> dict[str, Any]:
    rings = [area.polygon.exterior, *area.polygon.interiors]
    return {
        "name": area.name,
        "role": area.role,
        "rings": [[[rounded(lon), rounded(lat)] for lon, lat in ring.coords] for ring in rings],
        "label": label_point(area.polygon),
    }
