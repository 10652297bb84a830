"""The tiles under the maps of one service: how they are given, and what a page is told of them."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache

from starlette.types import Scope

from data.tile_source import TileFailedError, TileSource
from geo.tiles import Bounds, Tile, grown
from maps.language import Language, language
from maps.tiles import TilesTold, tiles_part
from models.partnership import Partnership

PATH = "/basemap/{z}/{x}/{y}"
REACH = 1.0  # of the areas' longer side, to every side: as far as a wide screen shows
THREADS = 4
MOST_WAITING = 24
MAP = b'data-leaflet="'  # what every page with a map holds


class MapTiles:
    """Gives tiles near the areas of ``partnership`` and no others, so that a server is asked for nothing else.

    They are read in threads of their own: a server that hangs must not take those that pages wait for.
    """

    def __init__(self, source: TileSource, partnership: Partnership) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="tiles")
        self._waiting = 0
        self.version = source.version
        self._bounds = _within(source.coverage.bounds, grown(partnership.areas.bounds, REACH))
        self._basemap = partnership.basemap

    async def picture(self, tile: Tile) -> bytes | None:
        """The picture of ``tile``, None where there is none. Raises `data.tile_source.TileFailedError`."""
        if not self.reaches(tile):
            return None
        if self._waiting >= MOST_WAITING:
            raise TileFailedError("too many wait for map tiles already")
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, self._source.picture, tile)
        finally:
            self._waiting -= 1

    def reaches(self, tile: Tile) -> bool:
        """Whether ``tile`` may be asked for."""
        covered = self._source.coverage
        return covered.min_zoom <= tile.z <= covered.max_zoom and tile.touches(self._bounds)

    def told(self) -> TilesTold:
        """What a page is told."""
        covered = self._source.coverage
        return TilesTold(
            url=f"{PATH}?v={self.version}",
            bounds=self._bounds,
            min_zoom=covered.min_zoom,
            max_zoom=covered.max_zoom,
            attribution=self._basemap.attribution,
            have_names=self._basemap.tiles_have_names,
        )


def told_in(scope: Scope, page: bytes) -> bytes:
    """What stands in ``page`` of the tiles of the service that answers ``scope``; nothing where there are none."""
    app = scope.get("app")
    tiles = getattr(app.state, "map_tiles", None) if app is not None else None
    return _part(tiles.told(), language()) if tiles is not None and MAP in page else b""


@lru_cache(maxsize=8)
def _part(told: TilesTold, _: Language) -> bytes:
    return tiles_part(told).encode()


def _within(first: Bounds, second: Bounds) -> Bounds:
    return max(first[0], second[0]), max(first[1], second[1]), min(first[2], second[2]), min(first[3], second[3])
