"""Map tiles from the operator's own server: one host, an end to time and size, nothing followed.

The service asks in place of browsers, so that the server does not learn who looks at which place, and browsers need to
speak to nobody else.
"""

import hashlib
import http.client
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from threading import Lock, Timer
from time import monotonic
from urllib.parse import urlsplit

from data.tile_address import address_of, require_template
from data.tile_source import LARGEST_TILE_BYTES, WORLD, Coverage, TileFailedError, require_picture
from geo.tiles import Tile

TIMEOUT_S = 5.0  # of one question with its answer
SILENT_AFTER = 3  # failures in a row
SILENT_S = 30.0  # during which it is not asked
NOTHING_THERE = (204, 404, 410)
HEADERS = {
    "Accept": "image/png, image/jpeg, image/webp",
    "Accept-Encoding": "identity",
    "User-Agent": "Trygkort",
    "Connection": "close",
}


class TileServer:
    """Tiles at ``template`` (`data.tile_address`), in which ``token`` is put where it has a place.

    After `SILENT_AFTER` failures in a row it is left alone for `SILENT_S`, so that nobody waits for a server that is
    down. Raises `data.tile_address.TileAddressError`.
    """

    def __init__(
        self,
        template: str,
        *,
        min_zoom: int,
        max_zoom: int,
        vouched: bool = False,
        token: str = "",
        timeout_s: float = TIMEOUT_S,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._template, self._token = require_template(template, vouched=vouched), token
        self._timeout_s, self._clock = timeout_s, clock
        self.coverage = Coverage(WORLD, min_zoom, max_zoom)
        self.version = hashlib.sha256(template.encode()).hexdigest()[:12]
        self._lock, self._failures, self._silent_until = Lock(), 0, 0.0

    def picture(self, tile: Tile) -> bytes | None:
        """See `data.tile_source.TileSource`; the sentence of an error holds no address."""
        with self._lock:
            if self._clock() < self._silent_until:
                raise TileFailedError("the map server did not answer a moment ago and is left alone")
        try:
            found = self._ask(address_of(self._template, tile, self._token))
        except TileFailedError:
            self._failed()
            raise
        with self._lock:
            self._failures = 0
        return found

    def _failed(self) -> None:
        with self._lock:
            self._failures += 1
            if self._failures >= SILENT_AFTER:
                self._failures, self._silent_until = 0, self._clock() + SILENT_S

    def _ask(self, url: str) -> bytes | None:
        at = urlsplit(url)
        path = (at.path or "/") + (f"?{at.query}" if at.query else "")
        to = _Connection(at.hostname or "", at.port, secure=at.scheme == "https", timeout_s=self._timeout_s)
        try:
            to.request("GET", path, headers=HEADERS)
            with to.getresponse() as answer:
                if answer.status in NOTHING_THERE:
                    return None
                if answer.status != http.client.OK:
                    raise TileFailedError(f"the map server answered {answer.status}")
                picture = answer.read(LARGEST_TILE_BYTES + 1)
        except (OSError, ValueError, http.client.HTTPException) as error:
            said = "did not answer in time" if to.cut_off else "cannot be reached"
            raise TileFailedError(f"the map server {said}") from error
        finally:
            to.end()
        if to.cut_off:
            raise TileFailedError("the map server did not answer in time")
        return require_picture(picture)


class _Connection(http.client.HTTPConnection):
    """A connection that is over after ``timeout_s``, also with a server that sends a byte now and then."""

    def __init__(self, host: str, port: int | None, *, secure: bool, timeout_s: float) -> None:
        super().__init__(host, port or (443 if secure else 80), timeout=timeout_s)
        self.cut_off = False
        self._secure = secure
        self._held: socket.socket | None = None
        self._end = Timer(timeout_s, self._cut)
        self._end.daemon = True

    def connect(self) -> None:
        self._end.start()
        super().connect()
        self._held = self.sock
        if self._secure:
            # The handshake is one of the things that may take too long.
            secure = _tls().wrap_socket(self.sock, server_hostname=self.host, do_handshake_on_connect=False)
            self._held = self.sock = secure
            secure.do_handshake()

    def end(self) -> None:
        """Close it at last; `close` is called by the library already before the body is read."""
        self._end.cancel()
        self.close()

    def _cut(self) -> None:
        self.cut_off = True
        if self._held is not None:
            with suppress(OSError):
                # Not SSLSocket's own, which would forget the session that another thread is reading from.
                socket.socket.shutdown(self._held, socket.SHUT_RDWR)


@lru_cache(maxsize=1)
def _tls() -> ssl.SSLContext:
    # What the machine trusts, an authority of the operator's own among it.
    return ssl.create_default_context()
