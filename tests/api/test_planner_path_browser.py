"""The planner's path as a person goes it: from the login to an approved plan, a visit noted on the phone, the sheet."""

import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pypdfium2
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, expect

from api.accounts import demo_logins, one_time_link
from api.app import create_app
from api.demo import DEMO_DATE
from api.identify import Identity
from api.logins import Logins
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.accessible import violations
from tests.api.test_plan_routes import store_with_run
from tests.chromium import PATIENCE_MS

__all__ = ["store_with_run"]
SIZES = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}


@pytest.fixture
def address(store_with_run: Store, partnership: Partnership) -> Iterator[str]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        app = create_app(store_with_run, partnership, logins=Logins(Identity(store_with_run)))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        deadline = time.monotonic() + 60
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@pytest.fixture(params=list(SIZES))
def page(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport=SIZES[request.param], locale="da-DK")
    context.set_default_timeout(PATIENCE_MS)
    opened = context.new_page()
    wrong: list[str] = []
    opened.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    yield opened
    context.close()
    assert wrong == []


def at_ease(page: Page) -> None:
    """No rule of accessibility is broken, and nothing stands beside the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_the_login_to_the_sheet(
    page: Page, address: str, store_with_run: Store, partnership: Partnership, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    logins = demo_logins(store_with_run.accounts, partnership.id, now=now, actor="test")
    page.goto(one_time_link(address, next(one.code for one in logins if one.role is Role.PLANNER)))
    at_ease(page)
    page.get_by_role("button", name="Log ind").click()
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
    logins = demo_logins(store_with_run.accounts, partnership.id, now=datetime.now(UTC), actor="test")
    page.goto(one_time_link(address, next(one.code for one in logins if one.role is Role.PLANNER)))
    page.get_by_role("button", name="Log ind").click()
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
