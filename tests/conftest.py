"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser

from tests.chromium import MISSING, executable, launch, required

# Where a run decides whether a change lands it draws the same examples every time; elsewhere it explores. How long
# an example takes says something about the machine, not about the code.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "exploring")

pytest_plugins = ["tests.postgis", "tests.demonstration"]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that open pages."""
    if executable() is None and not required():
        pytest.skip(MISSING)
    with launch() as found:
        yield found
