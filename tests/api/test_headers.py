"""Every route's headers, and real Chromium under the policy they set."""

import re
from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Browser, Page
from starlette.routing import BaseRoute, Mount, Route

from api.app import DATA, PAGES
from api.headers import HEADERS, SecurityHeaders
from data.store import Store
from models.partnership import Partnership
from tests.api.test_browser import served
from tests.chromium import PATIENCE_MS
from tests.demonstration import Loaded
from tests.viewers import app_of, everybody

NOTE_VIOLATIONS = """
window.violations = [];
addEventListener('securitypolicyviolation', e => violations.push(`${e.effectiveDirective} ${e.blockedURI}`));
"""


def asked_of(route: BaseRoute) -> list[tuple[str, str]]:
    """Each method of a route with a path that it answers to."""
    if isinstance(route, Mount):
        return [("GET", f"{route.path}/leaflet.js"), ("GET", f"{route.path}/none")]
    assert isinstance(route, Route)
    path = re.sub(r"{[^}]*}", "1", route.path)
    return [(method, path) for method in sorted(route.methods or ())]


def test_every_route_answers_with_every_header(demo: Loaded, partnership: Partnership) -> None:
    app = app_of(demo.store, partnership, everybody(partnership))
    asked = [one for route in app.routes for one in asked_of(route)]
    assert len(asked) > 30
    with TestClient(app, base_url="https://testserver", follow_redirects=False) as client:
        for method, path in [*asked, ("GET", "/nothing"), ("DELETE", "/")]:
            headers = client.request(method, path).headers
            missing = [name for name, value in HEADERS.items() if name not in headers]
            assert missing == [], (method, path)
            assert "unsafe" not in headers["content-security-policy"]
            assert "default-src 'none'" in headers["content-security-policy"]
            assert "frame-ancestors 'none'" in headers["content-security-policy"]
            assert headers["strict-transport-security"] == "max-age=31536000"
            assert headers["cache-control"] in {"no-store", "private, no-cache", "public, no-cache"}
            assert "server" not in headers
            assert "x-powered-by" not in headers


def test_a_page_that_has_not_changed_keeps_its_policy(demo: Loaded, partnership: Partnership) -> None:
    """A browser takes the headers of a 304 for the page it has: the policy of data would leave it without its style."""
    with TestClient(app_of(demo.store, partnership, everybody(partnership))) as client:
        tag = client.get("/maps/daily").headers["etag"]
        again = client.get("/maps/daily", headers={"if-none-match": tag})
    assert again.status_code == 304
    assert "content-security-policy" not in again.headers
    assert again.headers["x-content-type-options"] == "nosniff"


def test_what_somebody_who_logged_in_is_shown_is_not_kept(demo: Loaded, partnership: Partnership) -> None:
    with TestClient(app_of(demo.store, partnership, everybody(partnership))) as client:
        for header in ("cookie", "authorization"):
            for path in ("/alerts", "/efforts", "/account"):
                assert client.get(path, headers={header: "x"}).headers["cache-control"] == "no-store"
        # Prepared ones the browser may keep, and must ask each time whether it may show them.
        prepared = {client.get(path).headers["cache-control"] for path in (*PAGES, *DATA)}
        assert prepared == {"private, no-cache"}
        assert client.get("/v1/alerts").headers["cache-control"] == "no-store"
        assert client.get("/static/map.js", headers={"cookie": "x"}).headers["cache-control"] == "public, no-cache"


def test_over_http_nothing_is_promised_for_https() -> None:
    app = FastAPI()
    app.add_middleware(SecurityHeaders, form_targets=["https://login.example"])
    assert "strict-transport-security" not in TestClient(app).get("/").headers


def test_a_form_may_end_at_the_origins_that_are_named(demo: Loaded, partnership: Partnership) -> None:
    app = app_of(demo.store, partnership, everybody(partnership))
    app.add_middleware(SecurityHeaders, form_targets=["https://login.example"])
    with TestClient(app) as client:
        assert "form-action 'self' https://login.example;" in client.get("/").headers["content-security-policy"]
        assert "form-action 'none'" in client.get("/v1/cells").headers["content-security-policy"]


@pytest.fixture(scope="module")
def service(demo: Loaded, partnership: Partnership) -> Iterator[str]:
    with served(demo.store, partnership) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(NOTE_VIOLATIONS)
    yield page
    page.close()


@pytest.mark.parametrize("path", [*PAGES, "/alerts", "/alerts/1", "/efforts", "/efforts/1", "/v1/cells"])
def test_pages_run_within_their_policy(page: Page, service: str, path: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.goto(service + path, wait_until="networkidle")
    assert page.evaluate("violations") == []
    assert complaints == []


def test_the_policy_stops_what_does_not_belong_to_the_page(page: Page, service: str) -> None:
    page.goto(service + "/", wait_until="networkidle")
    page.evaluate(
        """() => {
            const run = document.createElement('script');
            run.textContent = 'window.ran = true';
            document.body.append(run);
            const style = document.createElement('p');
            style.setAttribute('style', 'color: red');
            document.body.append(style);
            const image = new Image();
            image.src = 'https://elsewhere.invalid/x.png';
            document.body.append(image);
        }"""
    )
    page.wait_for_function("violations.length >= 3")
    stopped = {line.partition(" ")[0] for line in page.evaluate("violations")}
    assert stopped == {"script-src-elem", "style-src-attr", "img-src"}
    assert page.evaluate("window.ran") is None


def test_before_the_first_run_too(store: Store, partnership: Partnership) -> None:
    with TestClient(app_of(store, partnership, everybody(partnership))) as client:
        answer = client.get("/")
    assert answer.status_code == 404
    assert answer.headers["cache-control"] == "no-store"
