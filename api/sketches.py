"""The sketch under the maps of a partnership: its own or the packaged one, with the streets of its base map."""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from api.basemap import streets_of
from data.partnerships import PACKAGED, load_sketch
from data.tile_source import TileSourceError
from models.partnership import Partnership


def sketch_of(partnership: Partnership, folder: Path | None = None) -> Mapping[str, Any] | None:
    """The packaged partnership's sketch, or the one in another's ``folder``, which the service does not know; its
    streets are those of the base map where that is a GeoPackage that can be read."""
    sketch = load_sketch(folder) if folder else _packaged() if partnership.id == PACKAGED else None
    try:
        streets = streets_of(partnership)
    except (TileSourceError, OSError):
        # What starts the service says so; a map with the sketch is better than none.
        streets = None
    return sketch if streets is None else with_streets(sketch, streets)


def with_streets(sketch: Mapping[str, Any] | None, streets: Mapping[str, Any]) -> Mapping[str, Any]:
    """``sketch`` with ``streets`` in place of its own."""
    others = [f for f in (sketch or {}).get("features", []) if f["properties"].get("kind") != "street"]
    sources = [str(one["attribution"]) for one in (streets, sketch or {}) if one.get("attribution")]
    return {
        "type": "FeatureCollection",
        "attribution": " · ".join(dict.fromkeys(sources)),
        "features": [*others, *streets["features"]],
    }


@lru_cache(maxsize=1)
def _packaged() -> Mapping[str, Any] | None:
    return load_sketch(None)
