"""Base maps for tests: real files and a real server on this machine, with tiles drawn here."""

import sqlite3
import struct
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pyogrio
import shapely
from numpy.typing import NDArray
from pmtiles.tile import Compression, TileType, zxy_to_tileid
from pmtiles.writer import Writer

from geo.projection import project
from geo.tiles import Bounds, Tile, tile_at

UTM = "EPSG:25832"


def png(grey: int = 200, *, size: int = 256, colour: tuple[int, int, int] | None = None) -> bytes:
    """A picture of one colour."""
    pixels = np.full((size, size, 3), colour or (grey, grey, grey), dtype=np.uint8)
    return png_of(pixels)


def png_of(pixels: NDArray[np.uint8]) -> bytes:
    """A picture of (height, width, 3) pixels."""
    height, width, _ = pixels.shape
    rows = np.concatenate([np.zeros((height, 1), np.uint8), pixels.reshape(height, -1)], axis=1)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(rows.tobytes()))
        + chunk(b"IEND", b"")
    )


def tiles_over(bounds: Bounds, zooms: Iterable[int]) -> list[Tile]:
    """Every tile of ``zooms`` that touches ``bounds``."""
    found = []
    for z in zooms:
        north_west, south_east = tile_at(bounds[0], bounds[3], z), tile_at(bounds[2], bounds[1], z)
        columns, rows = range(north_west.x, south_east.x + 1), range(north_west.y, south_east.y + 1)
        found += [Tile(z, x, y) for x in columns for y in rows]
    return found


def write_mbtiles(path: Path, tiles: Mapping[Tile, bytes], **metadata: str) -> Path:
    """Rows counted from the south, as the format has it."""
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE metadata (name text, value text)")
        database.execute(
            "CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob)"
        )
        database.executemany("INSERT INTO metadata VALUES (?, ?)", list(metadata.items()))
        rows = [(tile.z, tile.x, 2**tile.z - 1 - tile.y, picture) for tile, picture in tiles.items()]
        database.executemany("INSERT INTO tiles VALUES (?, ?, ?, ?)", rows)
    database.close()
    return path


def write_pmtiles(
    path: Path, tiles: Mapping[Tile, bytes], kind: TileType = TileType.PNG, bounds: Bounds = (-180, -85, 180, 85)
) -> Path:
    """By the library's own writer."""
    with path.open("wb") as file:
        writer = Writer(file)
        for tile in sorted(tiles, key=lambda t: zxy_to_tileid(t.z, t.x, t.y)):
            writer.write_tile(zxy_to_tileid(tile.z, tile.x, tile.y), tiles[tile])
        sides = zip(("min_lon_e7", "min_lat_e7", "max_lon_e7", "max_lat_e7"), bounds, strict=True)
        header = {name: int(value * 1e7) for name, value in sides}
        writer.finalize(
            {"tile_type": kind, "tile_compression": Compression.NONE, "center_zoom": 0, **header}, {"name": "proeve"}
        )
    return path


def write_streets(
    path: Path,
    streets: Iterable[tuple[str, str, list[tuple[float, float]]]],
    *,
    crs: str = UTM,
    layer: str = "vejmidte",
    columns: tuple[str, str] = ("vejnavn", "vejklasse"),
) -> Path:
    """Streets given as name, class and lon/lat corners."""
    rows = list(streets)
    lines = [shapely.LineString(np.column_stack(project(*np.array(at, dtype=float).T, crs))) for _, _, at in rows]
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(line) for line in lines], dtype=object),
        field_data=[np.array([row[i] for row in rows], dtype=object) for i in (0, 1)],
        fields=list(columns),
        layer=layer,
        driver="GPKG",
        geometry_type="LineString",
        crs=crs,
    )
    return path


@dataclass
class LocalTiles:
    """A tile server under a test's control; ``answer`` may say anything in place of a picture."""

    address: str = ""
    asked: list[str] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    picture: bytes = field(default_factory=png)
    answer: Callable[[BaseHTTPRequestHandler], bool] = lambda handler: False


def send(handler: BaseHTTPRequestHandler, status: int, body: bytes = b"", **headers: str) -> bool:
    """Answer, and say that it was answered."""
    handler.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.end_headers()
    handler.wfile.write(body)
    return True


@contextmanager
def local_tiles() -> Iterator[LocalTiles]:
    """A tile server that runs meanwhile."""
    tiles = LocalTiles()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            tiles.asked.append(self.path)
            tiles.headers.append(dict(self.headers))
            try:
                if not tiles.answer(self):
                    send(self, 200, tiles.picture, Content_Type="image/png")
            except OSError:  # the service hung up, as it should
                self.close_connection = True

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    tiles.address = f"http://127.0.0.1:{server.server_port}"
    yield tiles
    server.shutdown()
    server.server_close()
