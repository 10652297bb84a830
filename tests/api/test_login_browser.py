"""Logging in as a person does: real Chromium, the running routes, desktop and phone."""

import http.server
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from api.accounts import one_time_link, one_time_login
from data.store import Store
from models.partnership import Partnership
from tests.chromium import PATIENCE_MS
from tests.login_service import HANDLE, PASSWORD, LoginService
from tests.running_service import running


@pytest.fixture
def service(store: Store, partnership: Partnership) -> LoginService:
    made = LoginService(store, partnership, openid_href="/login/openid")
    made.add_account()
    return made


@pytest.fixture
def address(service: LoginService) -> Iterator[str]:
    with running(service.app) as found:
        yield found


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    context.set_default_timeout(PATIENCE_MS)
    yield context.new_page()
    context.close()


def type_in(page: Page, password: str) -> None:
    """By the keyboard alone: the first field has the focus, or the password after a refusal."""
    page.get_by_label("Konto", exact=True).fill(HANDLE)
    page.keyboard.press("Tab")
    page.keyboard.type(password)
    page.keyboard.press("Enter")


def test_login_wrong_password_lockout_and_logout(page: Page, address: str, service: LoginService) -> None:
    page.goto(f"{address}/")
    expect(page).to_have_url(f"{address}/login?next=/")
    expect(page.get_by_label("Konto", exact=True)).to_be_focused()
    expect(page.get_by_role("link", name="Log ind med kommunens/politiets konto")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for _ in range(5):
        type_in(page, "wrong password here")
        expect(page.get_by_role("alert")).to_contain_text("passer ikke")
    type_in(page, PASSWORD)
    expect(page.get_by_role("alert")).to_contain_text("kontoen venter")
    service.clock.pass_(seconds=30)
    type_in(page, PASSWORD)
    expect(page).to_have_url(f"{address}/")
    expect(page.get_by_text(HANDLE)).to_be_visible()

    page.get_by_role("button", name="Gem").click()
    expect(page.get_by_text(f'"by":"{HANDLE}"')).to_be_visible()
    page.goto(f"{address}/account")
    expect(page.get_by_text("her", exact=True)).to_be_visible()
    page.get_by_role("button", name="Log ud", exact=True).click()
    expect(page).to_have_url(f"{address}/login")
    page.goto(f"{address}/")
    expect(page).to_have_url(f"{address}/login?next=/")


def test_a_session_ends_by_itself(page: Page, address: str, service: LoginService) -> None:
    page.goto(f"{address}/login")
    type_in(page, PASSWORD)
    expect(page.get_by_text(HANDLE)).to_be_visible()
    service.clock.pass_(minutes=30)
    page.reload()
    expect(page).to_have_url(f"{address}/login?next=/")


def test_another_site_cannot_change_anything(page: Page, address: str, service: LoginService) -> None:
    page.goto(f"{address}/login")
    type_in(page, PASSWORD)
    expect(page.get_by_text(HANDLE)).to_be_visible()
    token = page.locator('input[name="csrf"]').get_attribute("value")
    for field in ("", f'<input name="csrf" value="{token}">'):
        with other_site(f'<form method="post" action="{address}/change">{field}<button>Gem</button></form>') as theirs:
            page.goto(theirs)
            page.get_by_role("button").click()
            # The cookie does not go along: to the service it is nobody.
            expect(page).to_have_url(f"{address}/login?next=/")
    page.goto(f"{address}/")
    page.evaluate("document.querySelector('input[name=csrf]').remove()")
    page.get_by_role("button", name="Gem").click()
    expect(page.locator("body")).to_contain_text("not of your session")
    assert service.changes == []


def test_a_one_time_link_is_used_by_the_button_and_once(page: Page, address: str, service: LoginService) -> None:
    code = one_time_login(service.store.accounts, HANDLE, now=service.clock.now, actor="test")
    link = one_time_link(address, code)
    for _ in range(2):
        page.goto(link)
    expect(page.get_by_role("button", name="Log ind")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_text(HANDLE)).to_be_visible()
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name="Log ind").click()
    expect(page.get_by_role("alert")).to_contain_text("brugt eller udløbet")


class other_site:  # noqa: N801 - used like a function
    """A page of another site: another name of this machine."""

    def __init__(self, form: str) -> None:
        body = f"<!doctype html><title>Anden</title>{form}".encode()

        class Answer(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
        self._thread = threading.Thread(target=self._server.serve_forever)

    def __enter__(self) -> str:
        self._thread.start()
        return f"http://localhost:{self._server.server_port}/"

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
