"""The operator's own base map in a real Chromium: drawn, pale, chosen by keyboard, and gone without harm."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from fastapi.testclient import TestClient
from matplotlib import image
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from api.app import create_app
from api.basemap import opened_basemap
from api.identify import Identity
from api.logins import Logins
from api.map_tiles import MapTiles
from models.basemap_parameters import BasemapParameters
from models.partnership import Partnership
from models.viewer import Role
from tests.accessible import violations
from tests.api.test_browser import DESKTOP, PHONE, wait_until_drawn
from tests.basemaps import LocalTiles, local_tiles, png, send, tiles_over, write_mbtiles
from tests.chromium import PATIENCE_MS
from tests.demonstration import Loaded
from tests.running_service import running
from tests.viewers import as_viewer, client_of, identify, viewer_in

MAPS = ("/maps/daily", "/maps/displacement", "/maps/trend", "/maps/release")
CREDIT = "© Kommunen <img src=x onerror=alert(1)> & Klimadatastyrelsen"
TILE = ".leaflet-tiles-pane img.leaflet-tile-loaded"
# What WCAG 2.1 AA asks of text, and the colour of the names above tiles.
LEAST_CONTRAST = 4.5
INK = (0x17, 0x21, 0x2B)


@contextmanager
def served(demo: Loaded, partnership: Partnership, source: str, **settings: bool) -> Iterator[str]:
    """The address of a running service with a base map."""
    own = replace(partnership, basemap=BasemapParameters(source, CREDIT, **settings))  # type: ignore[arg-type]
    opened = opened_basemap(own)
    assert opened is not None
    app = create_app(
        demo.store,
        own,
        logins=Logins(Identity(demo.store)),
        identify=lambda _: viewer_in(own, Role.PLANNER, Role.ANALYST),
        tiles=MapTiles(opened, own),
    )
    with running(app) as address:
        yield address


@pytest.fixture(scope="module")
def of_file(demo: Loaded, partnership: Partnership, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Black tiles: the worst there can be."""
    west, south, east, north = partnership.areas.bounds
    around = (2 * west - east, 2 * south - north, 2 * east - west, 2 * north - south)
    tiles = dict.fromkeys(tiles_over(around, range(12, 18)), png(0))
    path = write_mbtiles(tmp_path_factory.mktemp("kort") / "kort.mbtiles", tiles)
    with served(demo, partnership, str(path)) as address:
        yield address


@pytest.fixture
def kort() -> Iterator[LocalTiles]:
    with local_tiles() as found:
        yield found


@contextmanager
def opened(browser: Browser, viewport: dict[str, int] = DESKTOP) -> Iterator[tuple[Page, list[str], list[str]]]:
    """A page, what it asked for, and what it complained of."""
    context = browser.new_context(viewport=viewport)  # type: ignore[arg-type]  # as tests/api/test_browser.py has it
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    try:
        yield page, asked, complaints
    finally:
        context.close()


def pixels(page: Page) -> NDArray[np.float64]:
    """What stands on the map, (height, width, 3) from 0 to 255."""
    seen = image.imread(io.BytesIO(page.locator(".folium-map").screenshot()), format="png")
    return np.asarray(seen[:, :, :3] * 255, dtype=np.float64)


def luminance(colour: NDArray[np.float64]) -> NDArray[np.float64]:
    """Relative luminance, WCAG 2.1."""
    part = colour / 255
    linear = np.where(part <= 0.04045, part / 12.92, ((part + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ [0.2126, 0.7152, 0.0722])


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("path", MAPS)
def test_every_map_has_the_tiles_and_asks_nobody_else(
    browser: Browser, of_file: str, path: str, viewport: dict[str, int]
) -> None:
    with opened(browser, viewport) as (page, asked, complaints):
        page.goto(of_file + path, wait_until="networkidle")
        wait_until_drawn(page)
        page.locator(TILE).nth(3).wait_for(state="attached")
        assert any("/basemap/" in url for url in asked)
        assert all(url.startswith((of_file + "/", "data:")) for url in asked)
        assert complaints == []
        credit = page.get_by_text(f"Baggrund: {CREDIT}", exact=True)
        expect(credit).to_be_visible()
        assert credit.locator("*").count() == 0
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
        assert violations(page) == []


def test_names_keep_their_contrast_on_the_darkest_tiles(browser: Browser, of_file: str) -> None:
    with opened(browser) as (page, _, _):
        page.goto(of_file + "/maps/trend", wait_until="networkidle")
        page.locator(TILE).nth(3).wait_for(state="attached")
        # Nothing but the tiles.
        page.evaluate(
            "document.querySelectorAll('.leaflet-map-pane > :not(.leaflet-tiles-pane), .leaflet-control, .legend')"
            ".forEach((one) => { one.style.visibility = 'hidden'; })"
        )
        seen = pixels(page)
        ground = seen[60:-60, 60:-60].reshape(-1, 3)
        assert np.median(ground) < 200, "black tiles are not there"
        ink = luminance(np.array(INK, dtype=np.float64))
        contrast = (luminance(ground) + 0.05) / (ink + 0.05)
        assert np.percentile(contrast, 0.1) >= LEAST_CONTRAST
        assert np.abs(ground - ground.mean(axis=1, keepdims=True)).max() < 2, "the ground has a colour"


def test_the_sketch_is_chosen_by_keyboard_and_stays_in_the_address(browser: Browser, of_file: str) -> None:
    with opened(browser) as (page, _, complaints):
        page.goto(of_file + "/maps/trend", wait_until="networkidle")
        page.locator(TILE).first.wait_for(state="attached")
        choice = page.get_by_label("Skitse som baggrund")
        expect(choice).not_to_be_checked()
        choice.focus()
        page.keyboard.press("Space")
        expect(page.locator(TILE)).to_have_count(0)
        assert "baggrund=skitse" in page.url
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0
        page.reload(wait_until="networkidle")
        expect(choice).to_be_checked()
        expect(page.locator(TILE)).to_have_count(0)
        expect(page.get_by_text(CREDIT)).to_be_hidden()
        choice.uncheck()
        page.locator(TILE).first.wait_for(state="attached")
        assert "baggrund" not in page.url
        assert complaints == []


def test_it_is_said_in_english_too(browser: Browser, of_file: str) -> None:
    with opened(browser) as (page, _, _):
        page.goto(of_file + "/language/en?next=/maps/trend", wait_until="networkidle")
        page.goto(of_file + "/maps/trend", wait_until="networkidle")
        expect(page.get_by_label("Sketch as background")).to_be_visible()


def test_a_source_that_fails_leaves_the_sketch_and_a_word(
    browser: Browser, demo: Loaded, partnership: Partnership, kort: LocalTiles
) -> None:
    kort.answer = lambda handler: send(handler, 500)
    with (
        served(demo, partnership, kort.address + "/{z}/{x}/{y}.png") as address,
        opened(browser) as (page, asked, _),
    ):
        page.goto(address + "/maps/daily", wait_until="networkidle")
        wait_until_drawn(page)
        expect(page.get_by_role("status").get_by_text("Der vises skitsen")).to_be_visible()
        expect(page.locator(TILE)).to_have_count(0)
        assert page.locator(".leaflet-base-pane path").count() > 50
        assert violations(page) == []
        assert not any(url.startswith(kort.address) for url in asked)
        page.get_by_label("Skitse som baggrund").check()
        expect(page.get_by_text("Der vises skitsen")).to_be_hidden()


def test_where_a_server_has_no_tile_the_sketch_shows_and_nothing_is_said(
    browser: Browser, demo: Loaded, partnership: Partnership, kort: LocalTiles
) -> None:
    kort.answer = lambda handler: send(handler, 404)
    with (
        served(demo, partnership, kort.address + "/{z}/{x}/{y}.png") as address,
        opened(browser) as (page, _, complaints),
    ):
        page.goto(address + "/maps/trend", wait_until="networkidle")
        page.locator(TILE).first.wait_for(state="attached")
        expect(page.get_by_text("Der vises skitsen")).to_be_hidden()
        assert complaints == []
        # The lakes of the sketch have a colour that no tile can have.
        lake = np.abs(pixels(page) - [0xD3, 0xE3, 0xEC]).max(axis=2) < 3
        assert lake.sum() > 500


@pytest.mark.parametrize("theirs", [False, True])
def test_our_street_names_stay_unless_theirs_are_enough(
    browser: Browser, demo: Loaded, partnership: Partnership, kort: LocalTiles, theirs: bool
) -> None:
    template = kort.address + "/{z}/{x}/{y}.png"
    with served(demo, partnership, template, tiles_have_names=theirs) as address, opened(browser) as (page, _, _):
        page.goto(address + "/maps/daily", wait_until="networkidle")
        page.locator(TILE).first.wait_for(state="attached")
        assert (page.locator(".name.street:visible").count() == 0) is theirs
        assert page.locator(".name.area:visible").count() > 0
        page.get_by_label("Skitse som baggrund").check()
        page.locator(".name.street:visible").first.wait_for()


def test_a_page_without_a_base_map_holds_nothing_of_it(demo: Loaded, partnership: Partnership, tmp_path: Path) -> None:
    with client_of(demo.store, partnership, [Role.PLANNER]) as client:
        page = client.get("/maps/daily")
        assert "tiles-data" not in page.text
        policy = page.headers["content-security-policy"]
    path = write_mbtiles(tmp_path / "kort", dict.fromkeys(tiles_over(partnership.areas.bounds, [14]), png()))
    own = replace(partnership, basemap=BasemapParameters(str(path), CREDIT))
    source = opened_basemap(own)
    assert source is not None
    app = create_app(
        demo.store, own, logins=Logins(Identity(demo.store)), identify=identify, tiles=MapTiles(source, own)
    )
    with TestClient(app, headers=as_viewer(own.id, Role.PLANNER)) as client:
        found = client.get("/maps/daily")
        assert "tiles-data" in found.text
        assert found.headers["content-security-policy"] == policy
        assert found.headers["etag"] != page.headers["etag"]
        assert "tiles-data" not in client.get("/account").text
