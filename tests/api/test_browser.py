"""Every page as a person opens it: real Chromium, the running service, desktop and phone."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, Page, expect

from api.app import PAGES as MAP_PAGES
from data.alert_book import AlertFilter
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.chromium import PATIENCE_MS
from tests.demonstration import Loaded
from tests.running_service import running
from tests.viewers import app_of, viewer_in

DESKTOP = {"width": 1400, "height": 900}
PHONE = {"width": 390, "height": 844}
PAGES = ("/", *MAP_PAGES)
MAPS = ("/maps/daily", "/maps/displacement", "/maps/trend")


@contextmanager
def served(
    store: Store, partnership: Partnership, roles: tuple[Role, ...] = (Role.PLANNER, Role.ANALYST)
) -> Iterator[str]:
    """The address of a running service."""
    with running(app_of(store, partnership, lambda _: viewer_in(partnership, *roles))) as address:
        yield address


@pytest.fixture(scope="module")
def service(demo: Loaded, partnership: Partnership) -> Iterator[str]:
    with served(demo.store, partnership) as address:
        yield address


class Visit:
    """A page that notes what it asked for and complained about."""

    def __init__(self, browser: Browser, viewport: dict[str, int]) -> None:
        self.page: Page = browser.new_page(viewport=viewport)
        self.page.set_default_timeout(PATIENCE_MS)
        self.asked: list[str] = []
        self.complaints: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("console", lambda message: self.complaints.append(f"{message.type}: {message.text}"))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    made = Visit(browser, request.param)
    yield made
    made.page.close()


def wait_until_drawn(page: Page) -> None:
    """Until more than twenty shapes stand on the map."""
    page.locator(".folium-map svg path, .folium-map canvas").nth(20).wait_for(state="attached")


@pytest.mark.parametrize("path", PAGES)
def test_every_page_draws_and_asks_nobody_else(visit: Visit, service: str, path: str) -> None:
    visit.page.goto(service + path, wait_until="networkidle")
    assert visit.page.locator("h1").inner_text()
    if path in MAPS:
        wait_until_drawn(visit.page)
        assert visit.page.locator("table tbody tr").count() > 5
    assert visit.asked
    assert all(url.startswith((service + "/", "data:")) for url in visit.asked)
    assert visit.complaints == []


@pytest.mark.parametrize("path", PAGES)
def test_no_page_is_wider_than_its_screen(visit: Visit, service: str, path: str) -> None:
    visit.page.goto(service + path, wait_until="networkidle")
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= visit.page.evaluate("document.documentElement.clientWidth")


def test_from_the_start_page_each_group_reaches_its_map(visit: Visit, service: str) -> None:
    for path in MAPS:
        visit.page.goto(service + "/")
        visit.page.locator(f"main a[href^='{path}']").first.click()
        visit.page.wait_for_load_state("networkidle")
        assert visit.page.url.startswith(service + path)
        wait_until_drawn(visit.page)
    assert visit.complaints == []


def test_choosing_a_date_opens_that_days_map(visit: Visit, service: str, demo: Loaded) -> None:
    visit.page.goto(service + "/maps/daily", wait_until="networkidle")
    first = demo.demonstration.runs[0].result.date
    dates = visit.page.locator("select").filter(has=visit.page.locator("option[value*='2026-']")).first
    dates.select_option(value=f"/maps/daily?date={first}")
    visit.page.wait_for_url(f"**date={first}**")
    assert "27. oktober 2026" in visit.page.locator("h1").inner_text()
    # That page was made before the later runs were, and still leads to all of them.
    options = visit.page.locator("select#run option")
    expect(options).to_have_count(len(demo.demonstration.runs))
    days = options.evaluate_all("options => options.map(option => option.dataset.day)")
    assert days == sorted(days, reverse=True)
    assert options.nth(0).inner_text() == "man. 2. nov."
    assert visit.complaints == []


def test_the_quality_page_shows_the_import_of_the_demonstration(visit: Visit, service: str) -> None:
    visit.page.goto(service + "/", wait_until="networkidle")
    visit.page.get_by_role("link", name="Datakvalitet").click()
    visit.page.wait_for_url("**/maps/quality")
    imports = visit.page.locator("section", has=visit.page.locator("#imports-title"))
    assert imports.locator("tbody tr", has_text="demo").count() >= 1
    assert "Ingen rækker er afvist" in imports.inner_text()
    assert visit.page.locator("svg.meter").count() > 5
    assert visit.complaints == []


def test_the_displacement_map_shows_the_planted_event_alone(visit: Visit, service: str) -> None:
    visit.page.goto(service + "/maps/displacement", wait_until="networkidle")
    claimed = visit.page.locator("table tbody tr", has_text="Tegn på forskydning")
    assert claimed.count() == 1
    assert "Skt. Hans Torv" in claimed.inner_text()
    assert "Skt. Hans Torv +" in visit.page.locator("main").inner_text()


def test_an_analyst_takes_the_alert_from_the_inbox_to_confirmed(
    browser: Browser, demo: Loaded, store: Store, partnership: Partnership
) -> None:
    # The planted alert of the demonstration with its evidence, in a store where nobody else works on it.
    [alert] = demo.store.alerts.alerts(partnership.id, AlertFilter(), limit=2)
    evidence = demo.store.alerts.evidence(alert.id).body
    store.alerts.record(partnership.id, [(alert.signal, evidence)], "watch")
    with served(store, partnership) as address:
        made = Visit(browser, DESKTOP)
        page = made.page
        page.goto(address + "/alerts", wait_until="networkidle")
        expect(page.locator("li.alert.open")).to_have_count(1)
        page.locator("li.alert a", has_text="Skt. Hans Torv +").click()
        page.wait_for_url("**/alerts/1")
        assert page.locator("img.chart").count() == 3
        for label in ("Jeg har set den", "Undersøg"):
            page.get_by_role("button", name=label).click()
            page.wait_for_load_state("networkidle")
        form = page.locator("form", has=page.get_by_role("button", name="Bekræft"))
        form.locator("select").select_option(label="parterne er enige")
        form.get_by_role("button").click()
        page.wait_for_load_state("networkidle")
        assert "bekræftet" in page.locator("h1").inner_text()
        history = page.locator("section", has=page.locator("#history-title")).locator("li").all_inner_texts()
        steps = [line.partition(" · ")[2].partition(": ")[2] for line in reversed(history)]
        assert steps == ["rejst af overvågningen", "set", "under undersøgelse", "bekræftet: parterne er enige"]
        page.goto(address + "/alerts")
        assert "Ingen alarmer at se på" in page.locator("main").inner_text()
        assert made.complaints == []
        page.close()


def test_the_inbox_is_one_step_from_the_start_page(visit: Visit, service: str) -> None:
    visit.page.goto(service + "/", wait_until="networkidle")
    visit.page.get_by_role("link", name="Alarmer").click()
    visit.page.wait_for_url("**/alerts")
    expect(visit.page.locator("li.alert.open")).to_have_count(1)


@pytest.mark.parametrize("path", ["/alerts", "/alerts/1", "/alerts?alle=true"])
def test_no_alert_page_is_wider_than_its_screen(visit: Visit, service: str, path: str) -> None:
    visit.page.goto(service + path, wait_until="networkidle")
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= visit.page.evaluate("document.documentElement.clientWidth")
    assert visit.complaints == []


@pytest.mark.parametrize("path", ["/efforts", "/efforts/1"])
def test_no_effort_page_is_wider_than_its_screen(visit: Visit, service: str, path: str) -> None:
    visit.page.goto(service + path, wait_until="networkidle")
    width = visit.page.evaluate("document.documentElement.scrollWidth")
    assert width <= visit.page.evaluate("document.documentElement.clientWidth")
    assert visit.complaints == []


def test_an_effort_is_entered_and_ended_on_a_phone(browser: Browser, store: Store, partnership: Partnership) -> None:
    with served(store, partnership) as address:
        made = Visit(browser, PHONE)
        page = made.page
        page.goto(address + "/efforts", wait_until="networkidle")
        page.get_by_label("Område").select_option(label="Skt. Hans Torv")
        page.get_by_label("Slags").select_option(label="Belysning")
        page.get_by_label("Første dag").fill("2026-09-01")
        page.get_by_label("Uro og utryghed").check()
        page.get_by_role("button", name="Gem indsatsen").click()
        page.wait_for_url("**/efforts/1")
        assert "Belysning" in page.locator("main").inner_text()
        page.get_by_label("Sidste dag").fill("2026-09-30")
        page.get_by_role("button", name="Afslut indsatsen").click()
        page.wait_for_load_state("networkidle")
        assert "1.–30. september 2026" in page.locator("main").inner_text()
        page.get_by_role("link", name="Tilbage til indsatserne").click()
        assert "slut" in page.locator("li.alert").inner_text()
        assert made.complaints == []
        page.close()
