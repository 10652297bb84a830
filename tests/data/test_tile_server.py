"""Tiles from a real server on this machine, that is well, slow, hostile or gone."""

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from time import monotonic, sleep

import pytest

from data.tile_address import TileAddressError
from data.tile_cache import OVERHEAD_BYTES, TileCache
from data.tile_server import SILENT_AFTER, SILENT_S, TileServer
from data.tile_source import LARGEST_TILE_BYTES, TileFailedError
from geo.tiles import Tile
from tests.basemaps import LocalTiles, local_tiles, png, send

TILE = Tile(14, 8763, 5126)
SECRET = "hemmelig-nøgle"


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def tiles() -> Iterator[LocalTiles]:
    with local_tiles() as found:
        yield found


def server_of(tiles: LocalTiles, path: str = "/{z}/{x}/{y}.png", clock: Clock | None = None) -> TileServer:
    template = tiles.address + path
    token = SECRET if "{token}" in path else ""
    return TileServer(template, min_zoom=0, max_zoom=19, token=token, timeout_s=0.5, clock=clock or Clock())


def test_a_tile_comes_from_where_the_template_says(tiles: LocalTiles) -> None:
    assert server_of(tiles, "/kort/{z}/{x}/{-y}?token={token}").picture(TILE) == tiles.picture
    assert tiles.asked == ["/kort/14/8763/11257?token=hemmelig-n%C3%B8gle"]
    assert server_of(tiles, "?TILEMATRIX={TileMatrix}&TILEROW={TileRow}&TILECOL={TileCol}").picture(TILE)
    assert tiles.asked[1] == "/?TILEMATRIX=14&TILEROW=5126&TILECOL=8763"


def test_nothing_of_who_looks_goes_along(tiles: LocalTiles, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server_of(tiles).picture(TILE)
    assert set(tiles.headers[0]) == {"Host", "Accept", "Accept-Encoding", "User-Agent", "Connection"}
    assert tiles.headers[0]["User-Agent"] == "Trygkort"


@pytest.mark.parametrize("status", [204, 404, 410])
def test_where_the_server_has_none_there_is_none(tiles: LocalTiles, status: int) -> None:
    tiles.answer = lambda handler: send(handler, status)
    assert server_of(tiles).picture(TILE) is None


@pytest.mark.parametrize(
    ("status", "body", "headers", "sentence"),
    [
        (302, b"", {"Location": "http://127.0.0.1:1/other"}, "answered 302"),
        (301, b"", {"Location": "/login"}, "answered 301"),
        (401, b"", {}, "answered 401"),
        (500, png(), {}, "answered 500"),
        (200, b"<html>log ind</html>", {"Content_Type": "image/png"}, "no picture"),
        (200, b'<svg xmlns="http://www.w3.org/2000/svg"/>', {}, "no picture"),
        (200, b"\x1f\x8b\x08 vector", {}, "no picture"),
        (200, b"", {}, "no picture"),
        (200, png()[:8] + bytes(10_000_000), {}, f"more than {LARGEST_TILE_BYTES}"),
    ],
)
def test_what_is_no_tile_is_a_failure(
    tiles: LocalTiles, status: int, body: bytes, headers: dict[str, str], sentence: str
) -> None:
    tiles.answer = lambda handler: send(handler, status, body, **headers)
    with pytest.raises(TileFailedError, match=sentence) as failed:
        server_of(tiles, "/{z}/{x}/{y}?token={token}").picture(TILE)
    assert "hemmelig" not in str(failed.value)
    assert len(tiles.asked) == 1, "a redirect was followed"


def hang(handler: BaseHTTPRequestHandler) -> bool:
    sleep(3)
    return True


def drip_head(handler: BaseHTTPRequestHandler) -> bool:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    for i in range(60):
        handler.wfile.write(f"X-{i}: a\r\n".encode())
        handler.wfile.flush()
        sleep(0.05)
    return True


def drip_body(handler: BaseHTTPRequestHandler) -> bool:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(60):
        handler.wfile.write(png()[:1])
        handler.wfile.flush()
        sleep(0.05)
    return True


@pytest.mark.parametrize("answer", [hang, drip_head, drip_body])
def test_a_server_that_dawdles_is_left(tiles: LocalTiles, answer: object) -> None:
    tiles.answer = answer  # type: ignore[assignment]
    began = monotonic()
    with pytest.raises(TileFailedError, match="did not answer in time"):
        server_of(tiles).picture(TILE)
    assert monotonic() - began < 2


def test_a_server_that_fails_is_left_alone_for_a_while(tiles: LocalTiles) -> None:
    clock = Clock()
    server = server_of(tiles, clock=clock)
    tiles.answer = lambda handler: send(handler, 500)
    for _ in range(SILENT_AFTER + 4):
        with pytest.raises(TileFailedError):
            server.picture(TILE)
    assert len(tiles.asked) == SILENT_AFTER
    tiles.answer = lambda handler: False
    clock.now = SILENT_S + 1
    assert server.picture(TILE) == tiles.picture


def test_a_server_that_is_away_is_a_failure() -> None:
    away = TileServer("http://127.0.0.1:1/{z}/{x}/{y}", min_zoom=0, max_zoom=19)
    with pytest.raises(TileFailedError, match="cannot be reached"):
        away.picture(TILE)


def test_a_certificate_is_proved(tiles: LocalTiles) -> None:
    """The server speaks no TLS at all: https to it must fail, not fall back."""
    server = TileServer(tiles.address.replace("http:", "https:") + "/{z}/{x}/{y}", min_zoom=0, max_zoom=19, timeout_s=1)
    with pytest.raises(TileFailedError):
        server.picture(TILE)
    assert tiles.asked == []


def test_an_address_that_cannot_be_used_is_refused_at_once() -> None:
    with pytest.raises(TileAddressError, match=re.escape("must begin with https://")):
        TileServer("http://kort.example.dk/{z}/{x}/{y}", min_zoom=0, max_zoom=19)


def test_a_tile_is_asked_for_once(tiles: LocalTiles) -> None:
    clock = Clock()
    cache = TileCache(server_of(tiles), clock=clock)
    assert [cache.picture(TILE) for _ in range(3)] == [tiles.picture] * 3
    tiles.answer = lambda handler: send(handler, 404)
    assert [cache.picture(Tile(14, 0, 0)) for _ in range(3)] == [None] * 3
    assert len(tiles.asked) == 2
    clock.now = 25 * 3600
    assert cache.picture(TILE) is None
    assert len(tiles.asked) == 3


def test_a_failure_is_not_kept(tiles: LocalTiles) -> None:
    cache = TileCache(server_of(tiles))
    tiles.answer = lambda handler: send(handler, 500)
    with pytest.raises(TileFailedError):
        cache.picture(TILE)
    tiles.answer = lambda handler: False
    assert cache.picture(TILE) == tiles.picture


def test_the_cache_has_a_bound_and_keeps_what_was_looked_at_last(tiles: LocalTiles) -> None:
    one = OVERHEAD_BYTES + len(tiles.picture)
    cache = TileCache(server_of(tiles), most_bytes=3 * one)
    first, *others = [Tile(10, i, 0) for i in range(5)]
    for other in others[:2]:
        cache.picture(first)
        cache.picture(other)
    for other in others[2:]:
        cache.picture(first)
        cache.picture(other)
        assert cache.size_bytes <= 3 * one
    assert tiles.asked.count("/10/0/0.png") == 1
    cache.picture(others[0])
    assert tiles.asked.count("/10/1/0.png") == 2
