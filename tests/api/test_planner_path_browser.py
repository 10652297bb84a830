"""The planner's path as a person goes it: from the login to an approved plan, a visit noted on the phone, the sheet."""

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from playwright.sync_api import Browser, Page, expect

from api.demo import DEMO_DATE
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.api.test_plan_routes import store_with_run
from tests.running_service import SIZES, at_ease, log_in, opened_page, running_with_logins

__all__ = ["store_with_run"]


@pytest.fixture
def address(store_with_run: Store, partnership: Partnership) -> Iterator[str]:
    with running_with_logins(store_with_run, partnership) as found:
        yield found


@pytest.fixture(params=list(SIZES))
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    with opened_page(browser, request.param) as found:
        yield found


def test_from_the_login_to_the_sheet(
    page: Page, address: str, store_with_run: Store, partnership: Partnership, tmp_path: Path
) -> None:
    log_in(page, address, store_with_run, partnership, Role.PLANNER)
    page.goto(f"{address}/plans?date={DEMO_DATE}&shift=nat")
    at_ease(page)
    plan = page.get_by_role("region", name="Indre Nørrebro")
    expect(plan.get_by_text("udkast", exact=False).first).to_be_visible()
    plan.get_by_role("button", name="Godkend planen").click()
    plan = page.get_by_role("region", name="Indre Nørrebro")
    expect(plan.get_by_text("godkendt", exact=False).first).to_be_visible()
    first = plan.get_by_role("list").first.get_by_role("listitem").first
    first.get_by_role("button", name="gjort").click()
    expect(page.get_by_role("region", name="Indre Nørrebro").get_by_text("gjort").first).to_be_visible()
    at_ease(page)
    page.get_by_role("region", name="Indre Nørrebro").get_by_role("link", name="Parolesedlen").click()
    page.wait_for_url("**/parole/**")
    at_ease(page)
    expect(page.get_by_role("img", name="Kort over stederne").first).to_be_visible()
    with page.expect_download() as started:
        page.get_by_role("link", name="PDF til print").first.click()
    file = tmp_path / "parole.pdf"
    started.value.save_as(file)
    document = pypdfium2.PdfDocument(file)
    assert len(document) == 1
    assert "godkendt af" in document[0].get_textpage().get_text_bounded()


def test_leaving_a_place_out_takes_a_reason(
    page: Page, address: str, store_with_run: Store, partnership: Partnership
) -> None:
    log_in(page, address, store_with_run, partnership, Role.PLANNER)
    page.goto(f"{address}/plans?date={DEMO_DATE}&shift=nat")
    plan = page.get_by_role("region", name="Indre Nørrebro")
    place = plan.get_by_role("heading", level=3).first.inner_text().split("\n")[-1].strip()
    plan.get_by_text("Udelad eller erstat").first.click()
    at_ease(page)
    plan.get_by_label("Begrundelse").first.select_option("building-work")
    plan.get_by_role("button", name="Udelad", exact=True).first.click()
    expect(page.get_by_role("heading", name="Hvad der er besluttet")).to_be_visible()
    again = page.get_by_role("region", name="Indre Nørrebro")
    assert place not in [
        heading.split("\n")[-1].strip() for heading in again.get_by_role("heading", level=3).all_inner_texts()
    ]
    page.get_by_role("button", name="Ophæv").first.click()
    expect(page.get_by_role("heading", name="Hvad der er besluttet")).to_be_hidden()
