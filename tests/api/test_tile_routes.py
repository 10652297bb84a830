"""Map tiles over HTTP: to whom, from where, how long kept, and what becomes of hostile addresses."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from time import monotonic, sleep

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st

from api.app import create_app
from api.basemap import opened_basemap
from api.headers import DATA_POLICY
from api.identify import Identity
from api.logins import Logins
from api.map_tiles import MOST_WAITING, MapTiles
from api.tile_routes import KEPT, NOTHING
from data.store import Store
from data.tile_source import WORLD, Coverage, TileSource, picture_type
from geo.tiles import Tile, tile_at
from models.basemap_parameters import BasemapParameters
from models.partnership import Partnership
from models.viewer import Role
from tests.basemaps import LocalTiles, local_tiles, png, send, tiles_over, write_mbtiles, write_pmtiles
from tests.viewers import as_viewer, identify

HERE = tile_at(12.555, 55.69, 14)
AT = f"/basemap/{HERE.z}/{HERE.x}/{HERE.y}"


def with_tiles(partnership: Partnership, source: str) -> Partnership:
    return replace(partnership, basemap=BasemapParameters(source, "© Kommunen"))


@contextmanager
def client_of(
    store: Store, partnership: Partnership, *roles: Role, source: TileSource | None = None
) -> Iterator[TestClient]:
    opened = source or opened_basemap(partnership)
    tiles = MapTiles(opened, partnership) if opened else None
    app = create_app(store, partnership, logins=Logins(Identity(store)), identify=identify, tiles=tiles)
    with TestClient(app, headers=as_viewer(partnership.id, *roles), follow_redirects=False) as client:
        yield client


@pytest.fixture(params=[write_mbtiles, write_pmtiles])
def of_file(request: pytest.FixtureRequest, tmp_path: Path, partnership: Partnership) -> Partnership:
    tiles = {tile: png(i, size=4) for i, tile in enumerate(tiles_over(partnership.areas.bounds, [13, 14]))}
    return with_tiles(partnership, str(request.param(tmp_path / "kort", tiles)))


@pytest.fixture
def kort() -> Iterator[LocalTiles]:
    with local_tiles() as found:
        yield found


@pytest.fixture
def of_server(kort: LocalTiles, partnership: Partnership) -> Partnership:
    return with_tiles(partnership, kort.address + "/{z}/{x}/{y}.png")


def test_a_tile_of_a_file(store: Store, of_file: Partnership) -> None:
    with client_of(store, of_file, Role.PLANNER) as client:
        answer = client.get(AT)
        source = opened_basemap(of_file)
        assert source is not None
        assert answer.content == source.picture(HERE)
        assert answer.headers["content-type"] == "image/png"
        assert answer.headers["content-security-policy"] == DATA_POLICY
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert answer.headers["cache-control"] == "no-store"
        kept = client.get(f"{AT}?v={source.version}")
        assert kept.headers["cache-control"] == KEPT
        assert client.head(AT).content == b""


def test_only_who_sees_maps_gets_tiles(store: Store, of_file: Partnership) -> None:
    expected = {role: 200 if role in {"planner", "analyst", "steering", "guest"} else 403 for role in Role}
    with client_of(store, of_file) as client:
        found = {role: client.get(AT, headers=as_viewer(of_file.id, role)).status_code for role in Role}
        assert found == expected
        assert client.get(AT, headers={"x-test-viewer": ""}).status_code == 401
        assert client.get(AT, headers=as_viewer("nord", Role.ANALYST)).status_code == 403


def test_tiles_write_no_line_in_the_log_and_refusals_do(store: Store, of_file: Partnership) -> None:
    with client_of(store, of_file) as client:
        before = store.audit.head()
        client.get(AT, headers=as_viewer(of_file.id, Role.PLANNER))
        assert store.audit.head() == before
        client.get(AT, headers=as_viewer(of_file.id, Role.INGEST))
        assert store.audit.head() != before


def test_without_a_base_map_there_are_no_tiles(store: Store, partnership: Partnership) -> None:
    with client_of(store, partnership, Role.ANALYST) as client:
        assert client.get(AT).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/basemap/14/8763/-1", "/basemap/-1/0/0", "/basemap/23/0/0", "/basemap/14/16384/0", "/basemap/99999999999/0/0",
        "/basemap/14/8763/5126.png", "/basemap/14/8763/..%2f..%2fetc%2fpasswd", "/basemap/14/8763/%00",
        "/basemap/1e3/0/0", "/basemap/{z}/{x}/{y}", "/basemap/14/8763/5126'--", "/basemap/14/8763/http:%2f%2f127.0.0.1",
        "/basemap/../../../../etc/passwd", "/basemap/%2e%2e/%2e%2e/etc", "/basemap//14/8763/5126", "/basemap/14/8763",
        "/basemap/14/8763/5126/", "/basemap/14/0/0",
    ],
)  # fmt: skip
def test_hostile_addresses_get_nothing(store: Store, of_server: Partnership, kort: LocalTiles, path: str) -> None:
    with client_of(store, of_server, Role.ANALYST) as client:
        answer = client.get(path)
        # What no route has is refused by the guard, before anybody looks.
        assert answer.status_code in {403, 404, 422}, answer.text
        assert not answer.headers["content-type"].startswith("image")
    assert kort.asked == []


@given(st.integers(0, 22), st.integers(0, 2**22), st.integers(0, 2**22))
def test_a_server_is_asked_for_nothing_far_from_the_areas(partnership: Partnership, z: int, x: int, y: int) -> None:
    if x >= 2**z or y >= 2**z:
        return
    tile = Tile(z, x, y)
    tiles = MapTiles(_Fixed(), partnership)
    west, south, east, north = partnership.areas.bounds
    side = max(east - west, north - south)
    if tiles.reaches(tile):
        assert tile.touches((west - side, south - side, east + side, north + side))


class _Fixed:
    coverage, version = Coverage(WORLD, 0, 19), "1"

    def picture(self, tile: Tile) -> bytes | None:
        return png()


def test_a_tile_of_a_server_is_fetched_once_by_the_service(
    store: Store, of_server: Partnership, kort: LocalTiles
) -> None:
    with client_of(store, of_server, Role.STEERING) as client:
        assert [client.get(AT).content for _ in range(3)] == [kort.picture] * 3
    assert kort.asked == [f"/{HERE.z}/{HERE.x}/{HERE.y}.png"]
    assert not any("viewer" in name.lower() or name.lower() == "cookie" for name in kort.headers[0])


def test_where_the_server_has_none_a_picture_of_nothing_is_given(
    store: Store, of_server: Partnership, kort: LocalTiles
) -> None:
    kort.answer = lambda handler: send(handler, 404)
    with client_of(store, of_server, Role.PLANNER) as client:
        answer = client.get(AT)
    assert (answer.status_code, answer.content) == (200, NOTHING)
    assert picture_type(NOTHING) == "image/png"


@pytest.mark.parametrize("body", [b"<html>", png()[:8] + bytes(10_000_000)])
def test_what_is_no_tile_is_a_problem(store: Store, of_server: Partnership, kort: LocalTiles, body: bytes) -> None:
    kort.answer = lambda handler: send(handler, 200, body)
    with client_of(store, of_server, Role.PLANNER) as client:
        answer = client.get(AT)
    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert kort.address not in answer.text
    assert kort.address.removeprefix("http://") not in answer.text


def test_a_server_that_hangs_keeps_no_page_waiting(
    store: Store, partnership: Partnership, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty tiles of a source that hangs: most are given up at once, and a page comes as ever."""
    let_go = threading.Event()

    class Hanging(_Fixed):
        def picture(self, tile: Tile) -> bytes | None:
            let_go.wait(20)
            return png()

    with client_of(store, partnership, Role.ANALYST, source=Hanging()) as client:
        answers: list[int] = []
        asking = [threading.Thread(target=lambda: answers.append(client.get(AT).status_code)) for _ in range(60)]
        for thread in asking:
            thread.start()
        deadline = monotonic() + 10
        while len(answers) < 60 - MOST_WAITING and monotonic() < deadline:
            sleep(0.02)
        assert answers == [503] * (60 - MOST_WAITING)
        began = monotonic()
        assert client.get("/v1/runs").status_code == 200
        assert monotonic() - began < 2
        let_go.set()
        for thread in asking:
            thread.join()
        assert sorted(answers) == [200] * MOST_WAITING + [503] * (60 - MOST_WAITING)
