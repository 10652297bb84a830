"""Fixtures of the whole suite."""

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, expect

from tests.chromium import MISSING, PATIENCE_MS, executable, launch, required

# Of two processes that compile one function for different arguments at the same time, numba's cache may keep the one's
# code under the other's name: each process of a run in several has a cache of its own.
if worker := os.environ.get("PYTEST_XDIST_WORKER"):
    os.environ["NUMBA_CACHE_DIR"] = str(Path(__file__).parents[1] / ".pytest_cache" / "numba" / worker)

MOST_PROCESSES = 4
ROOT = Path(__file__).parents[1]
DEMONSTRATION = "tests.demonstration"

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


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> object:
    """Tests go to the processes file by file; those that need the demonstration go where it is loaded."""
    if config.getoption("dist") != "loadfile":
        return None
    from xdist.scheduler import LoadFileScheduling

    class TogetherWithDemonstration(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return DEMONSTRATION if needs_demonstration(file) else file

    return TogetherWithDemonstration(config, log)


@cache
def needs_demonstration(file: str) -> bool:
    return f"from {DEMONSTRATION} import" in (ROOT / file).read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests that open pages."""
    if executable() is None and not required():
        pytest.skip(MISSING)
    with launch() as found:
        yield found
