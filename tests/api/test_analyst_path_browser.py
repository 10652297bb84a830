"""The analyst's path as a person goes it: from the login to the desk, a question, its address sent on, its files."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import geopandas
import pytest
from playwright.sync_api import Browser, Page, expect

from api.accounts import demo_logins, one_time_link
from models.partnership import Partnership
from models.viewer import Role
from tests.chromium import PATIENCE_MS
from tests.demonstration import Loaded
from tests.running_service import SIZES, at_ease, running_with_logins

Enter = Callable[[str], Page]


@pytest.fixture(scope="module")
def address(demo: Loaded, partnership: Partnership) -> Iterator[str]:
    with running_with_logins(demo.store, partnership) as found:
        yield found


@pytest.fixture
def enter(browser: Browser, address: str, demo: Loaded, partnership: Partnership) -> Enter:
    """Opens a browser of its own of a size that came in by a one-time link, as an analyst."""

    def entered(size: str) -> Page:
        logins = demo_logins(demo.store.accounts, partnership.id, now=datetime.now(UTC), actor="test")
        link = one_time_link(address, next(one.code for one in logins if one.role is Role.ANALYST))
        context = browser.new_context(viewport=SIZES[size], locale="da-DK")  # type: ignore[arg-type]  # two numbers
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        page.goto(link)
        page.get_by_role("button", name="Log ind").click()
        return page

    return entered


def shows_the_same(other: Page, page: Page) -> None:
    """Somebody else who opens the address of ``page`` sees its figures."""
    other.goto(page.url)
    for part in ("#cells", "#comparison", "#hours", "h1"):
        assert other.locator(part).text_content() == page.locator(part).text_content()
    assert other.locator("img.chart").first.get_attribute("src") == page.locator("img.chart").first.get_attribute("src")
    other.context.close()


@pytest.mark.parametrize("size", list(SIZES))
def test_from_the_login_to_the_file(enter: Enter, address: str, size: str, tmp_path: Path) -> None:
    page = enter(size)
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.get_by_role("link", name="Skrivebord").first.click()
    expect(page.get_by_role("heading", name="Kan data bruges i dag?")).to_be_visible()
    at_ease(page)
    page.get_by_role("navigation").get_by_role("link", name="Udforsk").click()
    page.wait_for_url("**/explore?from=*")
    expect(page.locator("body[data-ready=true]")).to_be_attached()
    at_ease(page)

    page.get_by_text("Kategorier:").click()
    page.get_by_label("Hash og narkotika").check()
    page.get_by_text("Ugedage:").click()
    page.get_by_label("lørdag").check()
    page.get_by_label("Celler", exact=True).select_option("11")
    page.get_by_role("button", name="Vis", exact=True).click()
    page.wait_for_url("**category=hash**")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Hash og narkotika · alle områder · lørdag")
    expect(page.locator("path.cell").first).to_be_attached()
    at_ease(page)

    first = page.locator("#cells tbody tr").first
    cell = first.get_attribute("data-cell")
    first.get_by_role("link").click()
    page.wait_for_url(f"**cell={cell}**")
    expect(page.get_by_text(f"er for den valgte celle {cell}")).to_be_visible()
    at_ease(page)

    shows_the_same(enter(size), page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Hent GeoParquet").click()
    download.value.save_as(tmp_path / "a.parquet")
    shown = page.locator("#cells tbody tr, #more-cells tbody tr").all()
    assert geopandas.read_parquet(tmp_path / "a.parquet")["cell"].tolist() == [
        row.get_attribute("data-cell") for row in shown
    ]

    page.get_by_label("Gem spørgsmålet som").select_option("meeting")
    page.get_by_role("button", name="Gem på skrivebordet").click()
    page.wait_for_url("**/desk")
    at_ease(page)
    page.get_by_role("region", name="Mine spørgsmål").get_by_role("link", name="Én celle · Hash og narkotika").click()
    page.wait_for_url(f"**cell={cell}**")
    page.goto(f"{address}/desk")
    page.get_by_role("button", name="Slet Én celle").first.click()
    expect(page.get_by_text("Ingen endnu. Stil et spørgsmål")).to_be_visible()
    page.context.close()
    assert wrong == []


def test_without_script_the_form_and_tables_work(browser: Browser, enter: Enter, address: str) -> None:
    page = enter("desktop")
    state = page.context.storage_state()
    page.context.close()
    context = browser.new_context(java_script_enabled=False, storage_state=state)
    plain = context.new_page()
    plain.goto(f"{address}/explore")
    plain.get_by_text("Vagter:").click()
    plain.get_by_label("Nat 23-07").check()
    plain.get_by_role("button", name="Vis", exact=True).click()
    expect(plain.get_by_role("heading", level=1)).to_contain_text("Nat 23-07")
    assert plain.locator("#cells tbody tr").count() == 10
    assert "shift=nat" in plain.url
    context.close()
