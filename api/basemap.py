"""Use case: the operator's own base map, from the settings to what pages and routes need of it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from data.basemap_source import BasemapKind, kind_of, tiles_of
from data.tile_source import TileFailedError, TileSource, TileSourceError
from geo.tiles import overlap, tile_at
from models.partnership import Partnership

LOOKED_AT_ZOOM = 15  # about that of a map that opens


def opened_basemap(partnership: Partnership, token: str | None = None) -> TileSource | None:
    """The tiles of the base map, None where it is a sketch; either way it is proved to be usable.

    Raises `data.tile_source.TileSourceError`, `data.tile_address.TileAddressError`,
    `models.parameter_limits.ParameterError`.
    """
    streets_of(partnership)
    source = tiles_of(partnership.basemap, token or "")
    if source is not None and not overlap(source.coverage.bounds, partnership.areas.bounds):
        raise TileSourceError("the base map has no tile near the areas of the partnership")
    return source


def failure_of(source: TileSource, partnership: Partnership) -> str | None:
    """Why the tile in the middle of the areas cannot be had now; None where it can."""
    west, south, east, north = partnership.areas.bounds
    covered = source.coverage
    zoom = min(max(LOOKED_AT_ZOOM, covered.min_zoom), covered.max_zoom)
    try:
        found = source.picture(tile_at((west + east) / 2, (south + north) / 2, zoom))
    except TileFailedError as error:
        return str(error)
    return None if found is not None else "there is no tile in the middle of the areas"


def streets_of(partnership: Partnership) -> Mapping[str, Any] | None:
    """The streets of the base map as a sketch; None where it is none of streets. Raises `TileSourceError`."""
    basemap = partnership.basemap
    if kind_of(basemap) is not BasemapKind.STREETS:
        return None
    # It brings pandas along, which a service without such a file need not carry.
    from data.streets_file import streets_sketch  # noqa: PLC0415

    return streets_sketch(Path(basemap.source), basemap, partnership.areas.bounds, partnership.areas.metric_crs)


def said(partnership: Partnership) -> str:
    """What the base map is, for who checks the settings; no address, which may hold a secret."""
    kind = kind_of(partnership.basemap)
    if kind is None:
        return "the sketch"
    if kind is BasemapKind.SERVER:
        return "tiles from a server"
    name = Path(partnership.basemap.source).name
    streets = streets_of(partnership)
    return f"{kind} of {name}" if streets is None else f"{len(streets['features'])} streets of {name}"
