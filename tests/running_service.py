"""A service that runs on a port of its own, as browsers meet it; and a way through it as a person goes."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Page

from api.accounts import demo_logins, one_time_link
from api.app import create_app
from api.identify import Identity
from api.logins import Logins
from data.store import Store
from models.partnership import Partnership
from models.viewer import Role
from tests.accessible import violations
from tests.chromium import PATIENCE_MS

SIZES = {"desktop": {"width": 1400, "height": 900}, "phone": {"width": 390, "height": 844}}


@contextmanager
def running(app: FastAPI) -> Iterator[str]:
    """The address of ``app`` while it runs."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, log_config=None))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]})
        thread.start()
        deadline = time.monotonic() + 120
        while not server.started and time.monotonic() < deadline:
            time.sleep(0.02)
        assert server.started
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
        server.should_exit = True
        thread.join()


@contextmanager
def running_with_logins(store: Store, partnership: Partnership) -> Iterator[str]:
    """The address of the whole service with the real logins."""
    with running(create_app(store, partnership, logins=Logins(Identity(store)))) as address:
        yield address


@contextmanager
def opened_page(browser: Browser, size: str) -> Iterator[Page]:
    """A page of that size; it ends with no complaint in the console."""
    context = browser.new_context(viewport=SIZES[size], locale="da-DK")  # type: ignore[arg-type]  # a size
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    wrong: list[str] = []
    page.on("console", lambda message: wrong.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    yield page
    context.close()
    assert wrong == []


def log_in(page: Page, address: str, store: Store, partnership: Partnership, role: Role) -> None:
    """By a link that logs in once, as the demonstration prints it."""
    logins = demo_logins(store.accounts, partnership.id, now=datetime.now(UTC), actor="test")
    page.goto(one_time_link(address, next(one.code for one in logins if one.role is role)))
    at_ease(page)
    page.get_by_role("button", name="Log ind").click()


def at_ease(page: Page) -> None:
    """No rule of accessibility is broken, and nothing stands beside the screen."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
