"""The source of a base map, opened: what it is its first bytes say, not its name."""

from enum import StrEnum
from pathlib import Path

from data.mbtiles_file import MbtilesFile
from data.pmtiles_file import PmtilesFile
from data.tile_address import needs_token
from data.tile_cache import TileCache
from data.tile_server import TileServer
from data.tile_source import TileSource, TileSourceError
from models.basemap_parameters import BasemapParameters

SQLITE = b"SQLite format 3\x00"
GEOPACKAGE = (b"GPKG", b"GP10", b"GP11")
APPLICATION_ID = slice(68, 72)  # in the header of an SQLite database


class BasemapKind(StrEnum):
    """What there is besides the sketch."""

    SERVER = "server"
    PMTILES = "PMTiles"
    MBTILES = "MBTiles"
    STREETS = "streets"


def kind_of(parameters: BasemapParameters) -> BasemapKind | None:
    """What the source is; None where there is none. Raises `TileSourceError` for a file that is none of these."""
    if not parameters.source:
        return None
    if parameters.is_address:
        return BasemapKind.SERVER
    path = Path(parameters.source)
    try:
        with path.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise TileSourceError(f"the base map '{path}' cannot be read: {error.strerror}") from error
    if head.startswith(b"PMTiles"):
        return BasemapKind.PMTILES
    if head.startswith(SQLITE):
        return BasemapKind.STREETS if head[APPLICATION_ID] in GEOPACKAGE else BasemapKind.MBTILES
    raise TileSourceError(f"the base map '{path.name}' is neither PMTiles, MBTiles nor a GeoPackage")


def tiles_of(parameters: BasemapParameters, token: str = "") -> TileSource | None:
    """The tiles of a base map; None where it is a sketch.

    Raises `TileSourceError`, `data.tile_address.TileAddressError`, `models.parameter_limits.ParameterError`.
    """
    kind = kind_of(parameters)
    if kind is None or kind is BasemapKind.STREETS:
        return None
    parameters.require_attribution()
    if kind is BasemapKind.PMTILES:
        return PmtilesFile(Path(parameters.source))
    if kind is BasemapKind.MBTILES:
        return MbtilesFile(Path(parameters.source))
    if needs_token(parameters.source) and not token:
        raise TileSourceError("the base map's address has a place for a token and TRYGKORT_BASEMAP_TOKEN is not set")
    if token and not needs_token(parameters.source):
        raise TileSourceError("TRYGKORT_BASEMAP_TOKEN is set and the base map's address has no place {token} for it")
    server = TileServer(
        parameters.source,
        min_zoom=parameters.min_zoom,
        max_zoom=parameters.max_zoom,
        vouched=bool(parameters.crs),
        token=token,
    )
    return TileCache(server)
