"""The daily map day by day: real Chromium, the running service, desktop and phone, Danish and English."""

import re
import time
from collections.abc import Iterator
from datetime import timedelta

import h3
import pytest
from playwright.sync_api import Browser, Page, expect

from api.demo import DEMO_DATE
from api.languages import COOKIE
from data.audit_log import AuditFilter
from maps.danish import MONTHS, WEEKDAYS
from maps.language import speaking
from maps.script_words import script_words
from tests.accessible import violations
from tests.api.test_browser import DESKTOP, PHONE, Visit, service, wait_until_drawn
from tests.chromium import PATIENCE_MS
from tests.demonstration import Loaded

__all__ = ["service"]
LIGHT_BYTES = 150_000
FILLS = "[...document.querySelectorAll('path.cell')].map((path) => path.getAttribute('fill')).join()"
# Words of Danish that no English page, place or name of the demonstration has.
DANISH = re.compile(
    r"\b(og|ikke|eller|dage|dag|døgn|vagt|vagten|hele|alle|kategorier|hændelser|anmeldte|forventet|seneste|steder|sted"
    r"|celler|naboceller|påviste|klynger|hvorfor|timer|flest|mest|usikkert|vis|dato|område|kontrol|pr|kl)\b",
    re.IGNORECASE,
)


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, service: str, request: pytest.FixtureRequest) -> Iterator[Visit]:
    made = Visit(browser, request.param)
    opened(made.page, service)
    yield made
    assert made.complaints == []
    made.page.close()


def opened(page: Page, address: str) -> None:
    page.goto(f"{address}/maps/daily", wait_until="networkidle")
    wait_until_drawn(page)


def shows(page: Page, day: str) -> None:
    expect(page.locator("h1")).to_contain_text(day)


def fetched(visit: Visit) -> list[str]:
    return [url.rpartition("=")[2] for url in visit.asked if "/v1/daily-cells" in url]


def test_arrow_keys_turn_the_days_over_without_a_new_page(visit: Visit, service: str) -> None:
    page = visit.page
    before = page.evaluate(FILLS)
    page.evaluate("document.body.dataset.same = 'page'")
    slider = page.get_by_role("slider", name="Dag")
    expect(slider).to_have_attribute("aria-valuetext", "mandag 2. november")
    assert fetched(visit) == []
    slider.focus()
    page.keyboard.press("ArrowLeft")
    shows(page, "søndag den 1. november 2026")
    expect(slider).to_have_attribute("aria-valuetext", "søndag 1. november")
    assert page.title().startswith("Dagens kort, søndag den 1. november 2026 · ")
    assert page.url.startswith(f"{service}/maps/daily?date=2026-11-01")
    assert page.locator("#run option:checked").get_attribute("data-day") == "2026-11-01"
    assert "?date=2026-11-01" in (page.locator("#cells-link").get_attribute("href") or "")
    assert "søndag den 1. november 2026" in page.locator(".head .age").inner_text() or page.viewport_size == PHONE
    assert page.evaluate(FILLS) != before
    page.get_by_role("button", name="Næste dag").click()
    shows(page, "mandag den 2. november 2026")
    assert page.evaluate(FILLS) == before
    assert page.locator("body").get_attribute("data-same") == "page"


def test_another_day_is_drawn_as_its_own_page_draws_it(visit: Visit, service: str) -> None:
    page = visit.page
    page.get_by_role("button", name="Forrige dag").click()
    shows(page, "1. november")
    page.check("input[name=klynger]")
    turned = page.evaluate(FILLS), page.locator("main").inner_text()
    page.goto(page.url, wait_until="networkidle")
    page.reload(wait_until="networkidle")
    wait_until_drawn(page)
    assert sorted(page.evaluate(FILLS).split(",")) == sorted(turned[0].split(","))
    assert page.locator("main").inner_text() == turned[1]


def test_choices_and_the_chosen_cell_stay_from_day_to_day_and_can_be_sent(visit: Visit) -> None:
    page = visit.page
    page.check("input[name=lag][value=seneste]", force=True)
    page.select_option("#category", "tyveri")
    page.locator("#places tbody button").first.click()
    cell = page.locator("#places tr.chosen").get_attribute("data-cell")
    page.keyboard.press("Escape")
    page.locator("#places tbody button").first.click()
    page.get_by_role("button", name="Forrige dag").click()
    shows(page, "1. november")
    assert page.url.endswith(f"?date=2026-11-01#kategori=tyveri&lag=seneste&celle={cell}")
    assert page.locator("#why").is_visible()
    assert "Tyveri" in page.locator("#caption").inner_text()


def test_each_day_that_reached_the_browser_is_in_the_log_and_no_other(
    browser: Browser, demo: Loaded, service: str
) -> None:
    def logged() -> list[str]:
        rows = demo.store.audit.rows(AuditFilter(action="consultation"), limit=10_000)
        return [row.subject.split("/")[1] for row in rows if row.subject.endswith("/daily-cells.json")]

    before = logged()
    made = Visit(browser, DESKTOP)
    ended: list[str] = []
    made.page.on("requestfinished", lambda request: ended.extend(re.findall("daily-cells.*", request.url)))
    opened(made.page, service)
    assert fetched(made) == []
    assert logged() == before
    made.page.get_by_role("button", name="Forrige dag").click()
    shows(made.page, "1. november")
    # The three runs before the day, and none after the last.
    ahead = [(DEMO_DATE - timedelta(days=back)).isoformat() for back in range(1, 5)]
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while len(ended) < len(ahead) and time.monotonic() < deadline:
        made.page.wait_for_timeout(50)
    assert sorted(fetched(made)) == sorted(ahead)
    assert sorted(logged()) == sorted([*before, *ahead])
    made.page.close()


def test_a_day_without_a_run_says_so_and_shows_nothing(browser: Browser, service: str) -> None:
    made = Visit(browser, DESKTOP)
    page = made.page

    def without_a_day(route: object) -> None:
        answer = route.fetch()  # type: ignore[attr-defined]
        route.fulfill(response=answer, json=[run for run in answer.json() if run["run_date"] != "2026-10-31"])  # type: ignore[attr-defined]

    # The page of the first date knows no later run, so the list alone tells it which there are.
    page.route("**/v1/runs", without_a_day)
    page.goto(f"{service}/maps/daily?date=2026-10-27", wait_until="networkidle")
    for _ in range(4):
        page.get_by_role("button", name="Næste dag").click()
    expect(page.locator("#day-note")).to_have_text("Der er intet kort for lørdag 31. oktober.")
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "lørdag 31. oktober: intet kort")
    assert page.locator("path.cell").count() == 0
    assert "Ingen steder at vise" in page.locator("#table-title").inner_text()
    page.get_by_role("button", name="Næste dag").click()
    shows(page, "søndag den 1. november 2026")
    assert page.locator("#day-note").inner_text() == ""
    assert page.locator("path.cell").count() > 100
    assert "2026-10-31" not in fetched(made)
    page.close()


def test_a_day_that_cannot_be_fetched_is_said_and_can_be_tried_again(browser: Browser, service: str) -> None:
    made = Visit(browser, DESKTOP)
    page = made.page
    opened(page, service)
    page.route("**/v1/daily-cells*", lambda route: route.abort())
    page.get_by_role("button", name="Forrige dag").click()
    expect(page.locator("#day-note")).to_contain_text("kunne ikke hentes")
    page.unroute("**/v1/daily-cells*")
    page.get_by_role("button", name="Næste dag").click()
    page.get_by_role("button", name="Forrige dag").click()
    shows(page, "1. november")
    page.close()


def test_without_a_script_other_days_are_links(browser: Browser, service: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{service}/maps/daily")
    page.get_by_role("navigation", name="Andre dage").get_by_role("link").nth(1).click()
    assert page.url == f"{service}/maps/daily?date=2026-11-01"
    context.close()


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_first_load_is_light(browser: Browser, service: str, viewport: dict[str, int], language: str) -> None:
    context = browser.new_context(viewport=viewport)  # type: ignore[arg-type]  # as tests/api/test_browser.py has it
    context.add_cookies([{"name": COOKIE, "value": language, "url": service}])
    page = context.new_page()
    network = context.new_cdp_session(page)
    sizes: list[float] = []
    network.send("Network.enable")
    network.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    opened(page, service)
    assert len(sizes) > 8
    assert sum(sizes) < LIGHT_BYTES
    context.close()


def test_in_english_no_danish_is_left(browser: Browser, service: str) -> None:
    context = browser.new_context(viewport=DESKTOP)  # type: ignore[arg-type]  # as above
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    opened(page, service)
    with speaking("en"):
        danish = {text for text, english in script_words().items() if text != english and "{" not in text}
    danish |= {*WEEKDAYS, *MONTHS} - {"april", "august", "september", "november"}
    page.get_by_role("button", name="Forrige dag").click()
    shows(page, "1. november")
    page.get_by_role("link", name="English").click()
    page.wait_for_load_state("networkidle")
    shows(page, "Sunday 1 November 2026")
    page.get_by_role("button", name="Previous day").click()
    shows(page, "Saturday 31 October 2026")
    page.locator("details summary").click()
    for layer in ("forventet", "seneste", "hotspots"):
        page.check(f"input[name=lag][value={layer}]", force=True)
        for name in ("klynger", "observeret"):
            page.check(f"input[name={name}]")
        page.locator("#places tbody button").first.click()
        assert left_danish(page, danish) == []
        page.keyboard.press("Escape")
    page.locator("#places tbody button").first.click()
    assert page.evaluate("document.querySelector('#places').innerText.match(/\\d,\\d/)") is None
    context.close()


def left_danish(page: Page, danish: set[str]) -> list[str]:
    """Texts that are seen or read out and hold Danish; names of places and areas stay as they are."""
    texts: list[str] = page.evaluate(
        """() => {
          const own = '.spot, .credit, .name, .where, .brand, #area option, a.language, script, style, noscript';
          const found = [];
          const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
          while (walk.nextNode())
            if (!walk.currentNode.parentElement.closest(own)) found.push(walk.currentNode.data);
          for (const element of document.querySelectorAll('[aria-label], [title], [aria-valuetext]'))
            if (!element.closest(own))
              for (const name of ['aria-label', 'title', 'aria-valuetext'])
                found.push(element.getAttribute(name) ?? '');
          return [...found, document.title];
        }"""
    )
    return [text for text in texts if DANISH.search(text) or text.strip() in danish]


def test_why_here_says_what_stands_behind_a_cell(visit: Visit) -> None:
    visit.page.locator("#places tbody button").first.click()
    panel = visit.page.locator("#why")
    for word in ("Forventet", "Seneste 84 dage", "95 %", "Naboceller", "Hotspot", "Kategorier", "Vagter", "Timer"):
        assert word in panel.inner_text()
    assert panel.locator(".hours rect").count() == 24
    box = panel.bounding_box()
    height = (visit.page.viewport_size or PHONE)["height"]
    # A sheet on a phone leaves half of the screen to the map and the table.
    assert box is not None
    assert box["height"] < 0.5 * height or visit.page.viewport_size == DESKTOP
    assert violations(visit.page) == []


def test_the_neighbours_are_those_of_the_grid(browser: Browser, demo: Loaded, service: str) -> None:
    made = Visit(browser, DESKTOP)
    opened(made.page, service)
    made.page.locator("#places tbody button").first.click()
    cell = made.page.locator("#places tr.chosen").get_attribute("data-cell") or ""
    cells = demo.demonstration.runs[-1].result.cells
    counts = {
        h3.int_to_str(int(one)): float(count) for one, count in zip(cells.cell, cells.recent.sum((1, 2)), strict=True)
    }
    near = sum(counts.get(one, 0.0) for one in h3.grid_disk(cell, 1) if one != cell)
    text = made.page.locator("#why dl").inner_text()
    found = re.search(r"Naboceller\s+([\d,]+) anmeldte", text)
    assert found
    assert float(found[1].replace(",", ".")) == pytest.approx(near, abs=0.1)
    made.page.close()
