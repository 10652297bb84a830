"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect

from tests.chromium import MISSING, PATIENCE_MS, executable, launch, required

# Of two processes that compile one function for different arguments at the same time, numba's cache may keep the one's
# code under the other's name: each process of a run in several has a cache of its own.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "numba" / worker)

MOST_PROCESSES = 4
# Fixtures that cost more than most tests: who asks for one goes where they are.
COSTLY = {"demo": "demo", "quiet_demo": "demo", "result": "result", "quiet_result": "result"}

expect.set_options(timeout=PATIENCE_MS)

# Where a run decides whether a change lands it draws the same examples every time; elsewhere it explores. How long
# an example takes says something about the machine, not about the code.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("exploring", deadline=None)
settings.load_profile("same" if os.environ.get("CI") else "exploring")

pytest_plugins = ["tests.postgis", "tests.demonstration"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """As many processes as there are processors for us."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests go to the processes by what they share: a costly fixture, or else their file."""
    if not config.pluginmanager.hasplugin("xdist"):
        return
    for item in items:
        asked = getattr(item, "fixturenames", ())
        own = f"{item.path.parent.name}/{item.path.name}"
        shared = next((group for name, group in COSTLY.items() if name in asked), own)
        item.add_marker(pytest.mark.xdist_group(shared))


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that open pages."""
    if executable() is None and not required():
        pytest.skip(MISSING)
    with launch() as found:
        yield found
