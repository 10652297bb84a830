"""Every page of the demonstration keeps the rules of axe-core for WCAG 2.1 A and AA, on desktop and phone."""

import pytest
from playwright.sync_api import Browser

from api.languages import COOKIE
from tests.accessible import violations
from tests.api.test_browser import DESKTOP, PHONE, service, wait_until_drawn
from tests.chromium import PATIENCE_MS

__all__ = ["service"]
PAGES = (
    "/", "/maps/daily", "/maps/displacement", "/maps/trend", "/maps/quality", "/maps/release", "/alerts", "/alerts/1",
    "/efforts", "/efforts/1", "/account", "/login", "/logout", "/plans", "/parole/2026-11-02/nat",
    "/reports",
    "/desk", "/explore", "/explore?from=2019-01-01&to=2019-02-01",
)  # fmt: skip


def test_what_breaks_a_rule_is_found(browser: Browser) -> None:
    page = browser.new_page()
    page.set_content('<html><title>x</title><main><img src="a.png"><input><p style="color:#ccc">pale</p></main></html>')
    assert {broken.partition(":")[0] for broken in violations(page)} >= {"image-alt", "label", "color-contrast"}
    page.close()


@pytest.mark.parametrize("language", ["da", "en"])
@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_no_rule_is_broken(browser: Browser, service: str, viewport: dict[str, int], language: str) -> None:
    context = browser.new_context(viewport=viewport)  # type: ignore[arg-type]  # as tests/api/test_browser.py has it
    context.set_default_timeout(PATIENCE_MS)
    context.add_cookies([{"name": COOKIE, "value": language, "url": service}])
    page = context.new_page()
    found = {}
    for path in PAGES:
        page.goto(service + path, wait_until="networkidle")
        assert page.locator("html").get_attribute("lang") == language
        if path.startswith("/maps") and path not in {"/maps/quality"}:
            wait_until_drawn(page)
        found[path] = violations(page)
    context.close()
    assert {path: broken for path, broken in found.items() if broken} == {}
