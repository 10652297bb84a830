"""The pages in a real Chromium: drawn without a request, changed by every choice, usable by keyboard."""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, ViewportSize

from tests.chromium import PATIENCE_MS

DESKTOP = ViewportSize(width=1400, height=900)
PHONE = ViewportSize(width=390, height=844)
MAPS = ("daily.html", "displacement.html", "trend.html", "hotspots.html")
COLOURED = "path.cell:not([data-class='-1'])"


@dataclass
class Visit:
    """An open page and what went wrong in it: console messages, errors, requests that left the file."""

    page: Page
    wrong: list[str] = field(default_factory=list)

    def fills(self, which: str = "path.cell") -> list[str]:
        """Colour of each drawn path, in order."""
        script = "(which) => [...document.querySelectorAll(which)].map((p) => p.getAttribute('fill'))"
        fills: list[str] = self.page.evaluate(script, which)
        return fills


@pytest.fixture(scope="module")
def folder(pages: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("pages")
    for name, text in pages.items():
        (place / name).write_text(text, encoding="utf-8")
    return place


@contextmanager
def opened(browser: Browser, folder: Path, name: str, viewport: ViewportSize = DESKTOP) -> Iterator[Visit]:
    """The page ``name`` (with its fragment); fails afterwards where anything went wrong in it."""
    context = browser.new_context(viewport=viewport, locale="da-DK")
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page())
    path, _, fragment = name.partition("#")
    url = (folder / path).as_uri()

    def requested(request: Request) -> None:
        if not request.url.startswith((url, "data:")):
            visit.wrong.append(request.url)

    visit.page.on("request", requested)
    visit.page.on("console", lambda message: visit.wrong.append(f"{message.type}: {message.text}"))
    visit.page.on("pageerror", lambda error: visit.wrong.append(str(error)))
    try:
        visit.page.goto(f"{url}#{fragment}" if fragment else url)
        yield visit
    finally:
        context.close()
    assert visit.wrong == []


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
@pytest.mark.parametrize("name", [*MAPS, "start.html", "quality.html"])
def test_each_page_is_drawn_without_error_or_request_and_fits(
    browser: Browser, folder: Path, name: str, viewport: ViewportSize
) -> None:
    with opened(browser, folder, name, viewport) as visit:
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        if name in MAPS:
            assert visit.page.get_attribute("body", "data-ready") == "true"
            assert len(visit.fills("path.cell, path.area")) > 10
            assert visit.page.locator("tbody tr:visible").count() >= 5
            assert visit.page.locator(".legend li").count() >= 3


def test_choices_change_the_drawing_and_stand_in_the_address(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        seen = [visit.fills()]
        for name, value in (("vagt", "nat"), ("lag", "seneste"), ("lag", "hotspots")):
            visit.page.check(f"input[name={name}][value={value}]", force=True)
            seen.append(visit.fills())
        visit.page.select_option("#category", "hash")
        seen.append(visit.fills())
        assert all(a != b for i, a in enumerate(seen) for b in seen[:i])
        assert visit.page.url.endswith("#kategori=hash&vagt=nat&lag=hotspots")
        caption = visit.page.inner_text("#caption")
        assert caption.startswith("Påviste hotspots")
        assert caption.endswith("Hash og narkotika")


def test_an_address_gives_the_same_view(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html#kategori=tyveri&vagt=aften&lag=seneste&klynger=1") as visit:
        assert visit.page.input_value("#category") == "tyveri"
        assert visit.page.is_checked("input[name=vagt][value=aften]")
        assert visit.page.is_checked("input[name=klynger]")
        assert "Aften 15-23 · Tyveri" in visit.page.inner_text("#caption")


def test_an_address_nobody_wrote_is_survived(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html#kategori=x&vagt=%22&lag=&klynger=9&celle=%3Cb%3E&omraade=99") as visit:
        assert visit.page.input_value("#category") == ""
        assert len(visit.fills(COLOURED)) > 10


def test_only_cells_of_a_class_have_colour(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        drawn, coloured = len(visit.fills()), len(visit.fills(COLOURED))
        assert 0.3 * drawn < coloured < 0.6 * drawn
        plain = visit.page.locator("path.cell[data-class='-1']").first
        assert plain.get_attribute("fill-opacity") == "0"


def test_few_incidents_are_hatched(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        hatched = [fill for fill in visit.fills(COLOURED) if fill.startswith("url(#hatch-")]
        assert 0 < len(hatched) < len(visit.fills(COLOURED))
        for fill in set(hatched):
            assert visit.page.locator(fill[4:-1]).count() == 1
        assert "usikkert" in visit.page.inner_text("#legend")


def test_observations_of_the_police_are_a_layer_of_their_own(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        before = visit.fills()
        assert visit.page.locator("path.observed").count() == 0
        visit.page.check("input[name=observeret]")
        assert visit.page.locator("path.observed").count() > 5
        assert visit.fills() == before


def test_clusters_are_drawn_with_their_count(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html#klynger=1") as visit:
        assert visit.page.locator("path.cluster").count() == visit.page.locator(".badge").count() > 0


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_a_row_explains_and_outlines_its_cell_by_keyboard(
    browser: Browser, folder: Path, viewport: ViewportSize
) -> None:
    with opened(browser, folder, "daily.html", viewport) as visit:
        visit.page.locator("#places tbody button").nth(1).focus()
        visit.page.keyboard.press("Enter")
        panel = visit.page.locator("#why")
        assert panel.is_visible()
        text = panel.inner_text()
        for word in ("Hvorfor her?", "Forventet", "Seneste 84 dage", "Hotspot", "q "):
            assert word in text
        chosen = visit.page.locator("#places tr.chosen")
        assert chosen.count() == 1
        assert f"celle={chosen.get_attribute('data-cell')}" in visit.page.url
        visit.page.keyboard.press("Escape")
        assert panel.is_hidden()
        assert "celle=" not in visit.page.url


def test_clicking_a_cell_explains_it(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        visit.page.locator(COLOURED).nth(40).dispatch_event("click")
        assert "Hvorfor her?" in visit.page.inner_text("#why")


def test_the_table_ranks_what_the_map_shows(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        column = visit.page.locator("#places tbody td:nth-child(3)").all_inner_texts()
        values = [float(text.replace(",", ".")) for text in column]
        assert len(values) == 10
        assert values == sorted(values, reverse=True)
        visit.page.click("#more")
        assert visit.page.locator("#places tbody tr").count() == 50
        visit.page.select_option("#area", "0")
        areas = set(visit.page.locator("#places tbody small").all_inner_texts())
        assert areas <= {"Indre Nørrebro"}


def test_danish_numbers(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "daily.html") as visit:
        table = visit.page.inner_text("#places tbody")
        assert re.search(r"\d,\d", table)
        assert not re.search(r"\d\.\d", table)


def test_the_displacement_map_shows_one_arrow_and_follows_the_choice(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "displacement.html") as visit:
        painted = "path.area[data-class='displacement']"
        assert visit.page.locator("path.arrow").count() == visit.page.locator(painted).count() == 1
        assert visit.page.locator("tr.claimed:visible").inner_text().startswith("Skt. Hans Torv")
        visit.page.select_option("#category", label="Tyveri")
        assert visit.page.locator("path.arrow").count() == 0
        assert visit.page.locator("tr.claimed:visible").count() == 0
        assert "ingen påvist forskydning" in visit.page.inner_text("#caption")


def test_the_trend_map_follows_window_and_category(browser: Browser, folder: Path) -> None:
    with opened(browser, folder, "trend.html") as visit:
        year = visit.page.locator("tbody:visible").first.inner_text()
        visit.page.check("input[name=vindue][value='91']", force=True)
        assert visit.page.locator("tbody:visible").first.inner_text() != year
        visit.page.select_option("#category", label="Røveri")
        hidden = visit.page.locator("path.area[data-class='skjult']").count()
        assert hidden == visit.page.locator("tr[data-area]:visible", has_text="Skjult").count() > 0


@pytest.mark.parametrize("chosen", [False, True], ids=["map", "map and a cell"])
def test_the_daily_page_prints_on_one_sheet(browser: Browser, folder: Path, chosen: bool) -> None:
    with opened(browser, folder, "daily.html") as visit:
        if chosen:
            visit.page.locator("#places tbody button").first.click()
        pdf = visit.page.pdf(prefer_css_page_size=True)
        assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1
