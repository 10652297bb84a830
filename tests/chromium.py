"""A real Chromium for the tests that open pages."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

REQUIRE = "TRYGKORT_REQUIRE_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome")
PATIENCE_MS = 120_000  # a busy machine opens a page more slowly, not wrongly
MISSING = f"Chromium is not installed (Debian package 'chromium'); set {REQUIRE}=1 to make that an error"
# Chromium's own services would make requests of their own, which the tests would count as ours.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def executable() -> str | None:
    """Where Chromium is installed; None where it is not."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def required() -> bool:
    """Whether a missing Chromium is an error instead of a reason to skip."""
    return os.environ.get(REQUIRE, "") not in {"", "0"}


@contextmanager
def launch() -> Iterator[Browser]:
    """A headless Chromium; raises FileNotFoundError where there is none."""
    path = executable()
    if path is None:
        raise FileNotFoundError(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=list(QUIET))
        try:
            yield browser
        finally:
            browser.close()
