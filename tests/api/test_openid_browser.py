"""Log in and out as a person does: real Chromium, the service's routes, and Canaille as the provider."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from api import openid_routes, problems
from api.headers import SecurityHeaders
from api.openid import OpenId
from api.openid_refusal import Reason
from api.openid_settings import CALLBACK, OpenIdSettings, openid_of
from api.settings import read_settings
from tests.canaille_provider import PASSWORD, Provider, providing
from tests.chromium import PATIENCE_MS
from tests.signed_session import SignedSessions, add_logout

MAPPING = """
[[group]]
name = "analyse"
partnership = "nord"
role = "analyst"

[[group]]
name = "planlaegning"
partnership = "nord"
role = "planner"

[[group]]
name = "planlaegning"
partnership = "syd"
role = "planner"
"""
FORM = "<form method='post' action='/logout'><button>Log ud</button></form>"


@dataclass
class Service:
    """The service while it runs, and why it refused logins."""

    address: str
    sessions: SignedSessions = field(default_factory=SignedSessions)
    reasons: list[Reason] = field(default_factory=list)


@contextmanager
def serving(service: Service, openid: OpenId) -> Iterator[None]:
    app = FastAPI()
    problems.install(app)
    openid_routes.install(app, openid, service.sessions, service.reasons.append)
    add_logout(app, openid, service.sessions, service.reasons.append)

    @app.get("/alerts")
    def who(request: Request) -> HTMLResponse:
        viewer = service.sessions.viewer(request)
        roles = sorted(f"{place}: {role}" for place, role in viewer.grants) if viewer else []
        return HTMLResponse(f"<h1>{escape(viewer.actor if viewer else 'ingen')}</h1><p>{', '.join(roles)}</p>{FORM}")

    app.add_middleware(SecurityHeaders)
    port = int(service.address.rpartition(":")[2])
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    yield
    server.should_exit = True
    thread.join()


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, Provider]]:
    folder = tmp_path_factory.mktemp("openid")
    (folder / "groups.toml").write_text(MAPPING)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        service = Service(f"http://127.0.0.1:{free.getsockname()[1]}")
    with providing(folder, service.address) as provider:
        openid = OpenId(_settings(folder, service, provider), bytes(32))
        with serving(service, openid):
            yield service, provider


def _settings(folder: Path, service: Service, provider: Provider) -> OpenIdSettings:
    settings = openid_of(
        read_settings(
            {
                "TRYGKORT_OPENID_ISSUER": provider.issuer,
                "TRYGKORT_OPENID_CLIENT_ID": provider.client,
                "TRYGKORT_OPENID_CLIENT_SECRET": provider.secret,
                "TRYGKORT_OPENID_REDIRECT": service.address,
                "TRYGKORT_OPENID_GROUPS": str(folder / "groups.toml"),
                "TRYGKORT_OPENID_SCOPES": "openid groups",
            }
        )
    )
    assert settings is not None
    return settings


@pytest.fixture
def context(browser: Browser, at: tuple[Service, Provider]) -> Iterator[BrowserContext]:
    made = browser.new_context()
    made.set_default_timeout(PATIENCE_MS)
    # The provider's fonts and styles are megabytes that no test looks at.
    made.route(f"{at[1].issuer}/static/**", lambda route: route.abort())
    yield made
    made.close()


def log_in(page: Page, service: Service, name: str, *, to: str = "/alerts") -> None:
    page.goto(f"{service.address}/login/openid?next={to}")
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=login]").press("Enter")
    page.locator("input[name=password]").fill(PASSWORD)
    page.locator("input[name=password]").press("Enter")


def test_a_planner_comes_back_with_the_roles_of_the_groups_and_logs_out_everywhere(
    at: tuple[Service, Provider], context: BrowserContext
) -> None:
    service, provider = at
    page = context.new_page()
    answers: list[str] = []
    callback = service.address + CALLBACK
    page.on("request", lambda request: request.url.startswith(callback) and answers.append(request.url))
    log_in(page, service, "vagtplan")
    page.wait_for_url(f"{service.address}/alerts")
    handle = page.locator("h1").inner_text()
    assert handle.startswith("oidc-")
    assert len(handle) == 17
    assert page.locator("p").inner_text() == "nord: analyst, nord: planner, syd: planner"
    # No person and no token in what the browser keeps for us.
    kept = {one["name"]: one for one in context.cookies(service.address) if not one["name"].startswith("canaille")}
    assert list(kept) == ["test-session"]
    [answer] = answers
    page.goto(answer)
    expect(page.locator("h1")).to_have_text("Login mislykkedes")
    assert service.reasons.pop() == Reason.REPLAYED
    page.goto(f"{service.address}/alerts")
    page.get_by_role("button", name="Log ud").click()
    page.wait_for_url(f"{service.address}/login/openid/ended")
    expect(page.locator("h1")).to_have_text("Du er logget ud")
    page.goto(f"{service.address}/alerts")
    assert page.locator("h1").inner_text() == "ingen"
    # The provider asks again, so its session is over too.
    page.goto(f"{service.address}/login/openid")
    expect(page.locator("input[name=login]")).to_be_visible()
    assert page.url.startswith(provider.issuer)
    assert service.reasons == []


def test_who_is_in_no_mapped_group_gets_no_session(at: tuple[Service, Provider], context: BrowserContext) -> None:
    service, _ = at
    page = context.new_page()
    log_in(page, service, "gaest")
    expect(page.locator("h1")).to_have_text("Login mislykkedes")
    assert "gruppe" not in page.locator("main").inner_text().lower()
    assert service.reasons.pop() == Reason.NO_GROUP
    assert "test-session" not in {one["name"] for one in context.cookies()}
