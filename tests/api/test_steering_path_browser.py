"""The steering group's path as a person goes it: from the login to the report, on the screen and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.demonstration import Loaded
from tests.running_service import SIZES, at_ease, log_in, opened_page, running_with_logins


@pytest.fixture(scope="module")
def address(demo: Loaded, partnership: Partnership) -> Iterator[str]:
    with running_with_logins(demo.store, partnership) as found:
        yield found


@pytest.fixture(params=list(SIZES))
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with opened_page(browser, request.param) as found:
        yield found


@pytest.fixture
def store(demo: Loaded) -> Store:
    return demo.store


def test_from_the_login_to_the_report(
    page: Page, address: str, store: Store, partnership: Partnership, tmp_path: Path
) -> None:
    log_in(page, address, store, partnership, Role.STEERING)
    at_ease(page)
    page.get_by_role("link", name="Rapporter").first.click()
    at_ease(page)
    page.get_by_role("link", name="Rapport for september 2026", exact=True).click()
    expect(page.get_by_role("heading", name="Kort fortalt")).to_be_visible()
    expect(page.get_by_text("Intet tegn på, at noget er flyttet").first).to_be_visible()
    at_ease(page)
    with page.expect_download() as started:
        page.get_by_role("link", name="Hent som PDF").click()
    file = tmp_path / "rapport.pdf"
    started.value.save_as(file)
    document = pypdfium2.PdfDocument(file)
    assert 1 <= len(document) <= 4
    assert "Rapport for september 2026" in document[0].get_textpage().get_text_bounded()
    document.close()
    page.get_by_role("link", name="Alle rapporter").click()
    page.get_by_role("link", name="Udgivelser").first.click()
    expect(page.get_by_role("heading", name="Udgivne tal")).to_be_visible()
