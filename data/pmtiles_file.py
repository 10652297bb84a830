"""Map tiles out of a PMTiles archive, version 3.

Source: https://github.com/protomaps/PMTiles/blob/main/spec/v3/spec.md; headers, directories and tile ids by `pmtiles`.
"""

import gzip
import mmap
import zlib
from collections import OrderedDict
from pathlib import Path
from threading import Lock
from typing import Any

from pmtiles.tile import (
    Compression,
    Entry,
    MagicNumberNotFound,
    SpecVersionUnsupported,
    TileType,
    deserialize_directory,
    deserialize_header,
    find_tile,
    zxy_to_tileid,
)

from data.tile_source import Coverage, TileFailedError, TileSourceError, require_picture
from geo.tiles import HIGHEST_ZOOM, Tile

HEADER_BYTES = 127
DEEPEST = 4  # directories on the way to a tile, as the specification limits them
DIRECTORIES_KEPT = 64
PICTURES = (TileType.PNG, TileType.JPEG, TileType.WEBP)
PARTS = ("root", "metadata", "leaf_directory", "tile_data")
DAMAGED = (ValueError, EOFError, IndexError, OSError, OverflowError, zlib.error)


class PmtilesFile:
    """Raises `TileSourceError` where the file at ``path`` cannot be drawn from."""

    def __init__(self, path: Path) -> None:
        self._name, self._lock = path.name, Lock()
        self._directories: OrderedDict[tuple[int, int], list[Entry]] = OrderedDict()
        with path.open("rb") as file:
            self._bytes = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._header = self._read_header()
        self._require_whole()
        self._require_pictures()
        self.coverage = self._read_coverage()
        stat = path.stat()
        self.version = f"{stat.st_size:x}-{stat.st_mtime_ns:x}"

    def picture(self, tile: Tile) -> bytes | None:
        """See `data.tile_source.TileSource`."""
        try:
            found = self._entry(zxy_to_tileid(tile.z, tile.x, tile.y))
            return None if found is None else require_picture(self._unpacked(found))
        except DAMAGED as error:
            raise TileFailedError(f"'{self._name}' is damaged at tile {tile.z}/{tile.x}/{tile.y}") from error

    def _entry(self, tile_id: int) -> Entry | None:
        offset, length = self._header["root_offset"], self._header["root_length"]
        for _ in range(DEEPEST):
            entry = find_tile(self._directory(offset, length), tile_id)
            if entry is None or entry.run_length > 0:
                return entry
            offset, length = self._header["leaf_directory_offset"] + entry.offset, entry.length
        return None

    def _directory(self, offset: int, length: int) -> list[Entry]:
        # Unpacking one costs more than everything else about a tile.
        with self._lock:
            if (offset, length) in self._directories:
                self._directories.move_to_end((offset, length))
            else:
                self._directories[offset, length] = deserialize_directory(self._bytes[offset : offset + length])
                while len(self._directories) > DIRECTORIES_KEPT:
                    self._directories.popitem(last=False)
            return self._directories[offset, length]

    def _unpacked(self, entry: Entry) -> bytes:
        start = self._header["tile_data_offset"] + entry.offset
        picture = self._bytes[start : start + entry.length]
        return gzip.decompress(picture) if self._header["tile_compression"] is Compression.GZIP else picture

    def _read_header(self) -> Any:
        if len(self._bytes) < HEADER_BYTES:
            raise TileSourceError(f"'{self._name}' is cut off: {len(self._bytes)} bytes hold no PMTiles header")
        try:
            return deserialize_header(self._bytes[:HEADER_BYTES])
        except (MagicNumberNotFound, SpecVersionUnsupported, ValueError) as error:
            raise TileSourceError(f"'{self._name}' is no PMTiles archive of version 3") from error

    def _require_whole(self) -> None:
        ends = [self._header[f"{part}_offset"] + self._header[f"{part}_length"] for part in PARTS]
        if max(ends) > len(self._bytes):
            raise TileSourceError(f"'{self._name}' is cut off: {len(self._bytes)} bytes of {max(ends)}")

    def _require_pictures(self) -> None:
        kind = self._header["tile_type"]
        if kind in {TileType.MVT, TileType.MLT}:
            raise TileSourceError(f"'{self._name}' holds vector tiles; only pictures (PNG, JPEG, WebP) can be drawn")
        if kind not in PICTURES:
            raise TileSourceError(f"'{self._name}' holds tiles that are not PNG, JPEG or WebP")
        packed = self._header["internal_compression"], self._header["tile_compression"]
        if packed[0] is not Compression.GZIP or packed[1] not in {Compression.NONE, Compression.GZIP}:
            raise TileSourceError(f"'{self._name}' is packed in a way other than gzip")
        try:
            self._directory(self._header["root_offset"], self._header["root_length"])
        except DAMAGED as error:
            raise TileSourceError(f"'{self._name}' is damaged: its directory cannot be read") from error

    def _read_coverage(self) -> Coverage:
        header = self._header
        west, south, east, north = (header[f"{side}_e7"] / 1e7 for side in ("min_lon", "min_lat", "max_lon", "max_lat"))
        return Coverage((west, south, east, north), header["min_zoom"], min(header["max_zoom"], HIGHEST_ZOOM))
