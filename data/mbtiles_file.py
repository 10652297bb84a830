"""Map tiles out of an MBTiles file (specification 1.3): an SQLite database that is only read.

Source: https://github.com/mapbox/mbtiles-spec/blob/master/1.3/spec.md
"""

import sqlite3
from collections.abc import Mapping
from pathlib import Path
from threading import Lock
from urllib.parse import quote

from data.tile_source import WORLD, Coverage, TileFailedError, TileSourceError, require_picture
from geo.tiles import HIGHEST_ZOOM, Bounds, Tile

VECTOR = ("pbf", "mvt", "application/x-protobuf", "application/vnd.mapbox-vector-tile")


class MbtilesFile:
    """Raises `TileSourceError` where the file at ``path`` cannot be drawn from."""

    def __init__(self, path: Path) -> None:
        self._path, self._lock = path, Lock()
        try:
            # Immutable: neither a lock nor a journal is made beside a file that may lie where nothing can be written.
            self._database = sqlite3.connect(
                f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            self._metadata = self._read_metadata()
            self.coverage = self._read_coverage()
        except sqlite3.Error as error:
            raise TileSourceError(f"'{path.name}' cannot be read as MBTiles: {error}") from error
        stat = path.stat()
        self.version = f"{stat.st_size:x}-{stat.st_mtime_ns:x}"

    def picture(self, tile: Tile) -> bytes | None:
        """See `data.tile_source.TileSource`."""
        with self._lock:
            try:
                row = self._database.execute(
                    "SELECT tile_data FROM tiles WHERE zoom_level = ? AND tile_column = ? AND tile_row = ?",
                    (tile.z, tile.x, tile.row_from_south),
                ).fetchone()
            except sqlite3.Error as error:
                raise TileFailedError(f"'{self._path.name}' cannot be read: {error}") from error
        return require_picture(bytes(row[0])) if row and isinstance(row[0], bytes) else None

    def _read_metadata(self) -> Mapping[str, str]:
        names = {name for (name,) in self._database.execute("SELECT name FROM sqlite_master")}
        if "tiles" not in names:
            raise TileSourceError(f"'{self._path.name}' has no table 'tiles': it is no MBTiles file")
        if "metadata" not in names:
            return {}
        rows = self._database.execute("SELECT name, value FROM metadata")
        found = {str(name): str(value) for name, value in rows}
        if found.get("format", "").lower() in VECTOR:
            raise TileSourceError(
                f"'{self._path.name}' holds vector tiles; only pictures (PNG, JPEG, WebP) can be drawn"
            )
        crs = found.get("crs", found.get("srs", "EPSG:3857")).upper()
        if crs not in {"EPSG:3857", "EPSG:900913"}:
            raise TileSourceError(f"'{self._path.name}' holds tiles in {crs}; maps draw tiles in EPSG:3857 only")
        return found

    def _read_coverage(self) -> Coverage:
        lowest, highest = self._database.execute("SELECT min(zoom_level), max(zoom_level) FROM tiles").fetchone()
        if lowest is None:
            raise TileSourceError(f"'{self._path.name}' holds no tile")
        (first,) = self._database.execute("SELECT tile_data FROM tiles LIMIT 1").fetchone()
        try:
            require_picture(first if isinstance(first, bytes) else b"")
        except TileFailedError as error:
            raise TileSourceError(f"'{self._path.name}': {error}") from error
        return Coverage(_bounds(self._metadata.get("bounds", "")), int(lowest), min(int(highest), HIGHEST_ZOOM))


def _bounds(text: str) -> Bounds:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        return WORLD
    return (west, south, east, north) if west < east and south < north else WORLD
