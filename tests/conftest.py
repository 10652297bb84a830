"""Fixtures of the whole suite."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.chromium import MISSING, executable, launch, required

pytest_plugins = ["tests.postgis", "tests.demonstration"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that open pages."""
    if executable() is None and not required():
        pytest.skip(MISSING)
    with launch() as found:
        yield found
