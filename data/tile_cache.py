"""Tiles kept in memory for a while, within a number of bytes: what was looked at last stays longest."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic

from data.tile_source import Coverage, TileSource
from geo.tiles import Tile

MOST_BYTES = 64 * 1024 * 1024
KEPT_S = 24 * 3600.0
OVERHEAD_BYTES = 512  # of an entry, also where there is no picture


@dataclass(frozen=True)
class _Kept:
    picture: bytes | None
    until: float

    @property
    def size(self) -> int:
        return OVERHEAD_BYTES + len(self.picture or b"")


class TileCache:
    """The tiles of ``source``, asked for once in `KEPT_S` seconds; a failure is not kept."""

    def __init__(
        self, source: TileSource, *, most_bytes: int = MOST_BYTES, clock: Callable[[], float] = monotonic
    ) -> None:
        self._source, self._most_bytes, self._clock = source, most_bytes, clock
        self._tiles: OrderedDict[Tile, _Kept] = OrderedDict()
        self._lock = Lock()
        self.size_bytes = 0

    @property
    def coverage(self) -> Coverage:
        """That of the source."""
        return self._source.coverage

    @property
    def version(self) -> str:
        """That of the source."""
        return self._source.version

    def picture(self, tile: Tile) -> bytes | None:
        """See `data.tile_source.TileSource`."""
        with self._lock:
            kept = self._tiles.get(tile)
            if kept is not None and self._clock() < kept.until:
                self._tiles.move_to_end(tile)
                return kept.picture
        picture = self._source.picture(tile)
        with self._lock:
            self._drop(tile)
            fresh = self._tiles[tile] = _Kept(picture, self._clock() + KEPT_S)
            self.size_bytes += fresh.size
            while self.size_bytes > self._most_bytes:
                self._drop(next(iter(self._tiles)))
        return picture

    def _drop(self, tile: Tile) -> None:
        dropped = self._tiles.pop(tile, None)
        self.size_bytes -= dropped.size if dropped else 0
