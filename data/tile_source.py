"""What gives map tiles, whatever it is: a file or the operator's own server."""

from dataclasses import dataclass
from typing import Protocol

from geo.errors import PlainError
from geo.tiles import Bounds, Tile

WORLD: Bounds = (-180.0, -90.0, 180.0, 90.0)
LARGEST_TILE_BYTES = 1024 * 1024


class TileSourceError(PlainError, ValueError):
    """A source of map tiles that cannot be used; the sentence says what is wrong with it."""


class TileFailedError(PlainError, RuntimeError):
    """A tile that its source should have and did not give now."""


@dataclass(frozen=True)
class Coverage:
    """What a source has tiles of: ``bounds`` in degrees, zooms from ``min_zoom`` to ``max_zoom``."""

    bounds: Bounds
    min_zoom: int
    max_zoom: int


class TileSource(Protocol):
    """``version`` is another whenever the tiles may be."""

    @property
    def coverage(self) -> Coverage: ...

    @property
    def version(self) -> str: ...

    def picture(self, tile: Tile) -> bytes | None:
        """The tile's picture, None where the source has none there. Raises `TileFailedError`."""


def picture_type(picture: bytes) -> str | None:
    """The media type of a picture by its first bytes; None for anything else.

    >>> picture_type(b"\\x89PNG\\r\\n\\x1a\\n..."), picture_type(b"<html>")
    ('image/png', None)
    """
    if picture.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if picture.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    return None


def require_picture(picture: bytes) -> bytes:
    """``picture`` itself; raises `TileFailedError` for what is none, or too large."""
    if len(picture) > LARGEST_TILE_BYTES:
        raise TileFailedError(f"the map tile has {len(picture)} bytes, more than {LARGEST_TILE_BYTES}")
    if picture_type(picture) is None:
        raise TileFailedError("the map tile is no picture (PNG, JPEG or WebP)")
    return picture
