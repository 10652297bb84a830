"""How heavy the daily page's first load is, when it is drawn, and how long another day takes on the slider.

    .venv/bin/python -m benchmarks.daily_page [--loads N]

The demonstration on the private server, asked by Chromium with an empty cache, on a desktop's and a phone's screen.
Drawn is the mark `static/map.js` sets when map and table stand, from the navigation's start. A day is timed from the
step of the slider to the frame after its drawing, once its figures are here.
"""

import argparse
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, ViewportSize

from api.app import create_app
from api.demo import DEMO_DATE, DEMO_DAYS, DEMO_SEED, load_demo
from api.identify import Identity
from api.logins import Logins
from api.settings import Settings
from data.embedded import EmbeddedServer
from data.partnerships import load_partnership
from data.store import Store
from models.viewer import Grant, Role, Viewer
from tests.chromium import launch

SCREENS = {"desktop": ViewportSize(width=1280, height=900), "phone": ViewportSize(width=390, height=844)}
TURNED = """(key) => new Promise((done) => {
  const slider = document.getElementById('day');
  const start = performance.now();
  slider.value = Number(slider.value) + key;
  slider.dispatchEvent(new Event('input'));
  requestAnimationFrame(() => requestAnimationFrame(() => done(performance.now() - start)));
})"""
HERE = "performance.getEntriesByType('resource').filter((one) => one.name.includes('daily-cells')).length"


@contextmanager
def served() -> Iterator[str]:
    """The address of a service with the demonstration, for whom everybody plans and analyses."""
    partnership = load_partnership(None)
    with tempfile.TemporaryDirectory() as folder, EmbeddedServer(Path(folder) / "pg") as server:
        settings = Settings(home=Path(folder), database_url=None, partnership=None, gazetteer=None, pg_bin=None)
        with Store(server.dsn()) as store:
            store.migrate()
            load_demo(
                store, settings, partnership, day=DEMO_DATE, seed=DEMO_SEED, displacement=True, progress=lambda _: None
            )
            roles = frozenset(Grant(partnership.id, role) for role in (Role.PLANNER, Role.ANALYST))
            app = create_app(
                store, partnership, logins=Logins(Identity(store)), identify=lambda _: Viewer("maaling", roles)
            )
            yield from _running(app)


def _running(app: FastAPI) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    service = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=port, log_config=None))
    thread = threading.Thread(target=service.run)
    thread.start()
    while not service.started:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{port}"
    service.should_exit = True
    thread.join()


def first_load(browser: Browser, address: str, screen: ViewportSize, loads: int) -> tuple[float, list[float]]:
    """Bytes over the network of a first load, and when each of ``loads`` was drawn, in milliseconds."""
    times, sizes = [], []
    for _ in range(loads):
        context = browser.new_context(viewport=screen)
        page = context.new_page()
        network = context.new_cdp_session(page)
        network.send("Network.enable")
        weights: list[float] = []
        network.on("Network.loadingFinished", lambda event, into=weights: into.append(event["encodedDataLength"]))
        page.goto(f"{address}/maps/daily", wait_until="networkidle")
        times.append(float(page.evaluate("performance.getEntriesByName('trygkort-drawn')[0].startTime")))
        sizes.append(sum(weights))
        context.close()
    return max(sizes), times


def turned(browser: Browser, address: str, screen: ViewportSize) -> list[float]:
    """How long each step of the slider took, over all days and back, in milliseconds."""
    page = browser.new_page(viewport=screen)
    page.goto(f"{address}/maps/daily", wait_until="networkidle")
    while page.evaluate(HERE) < DEMO_DAYS - 1:
        page.click("#day-back:enabled")
        page.wait_for_timeout(400)
    while page.locator("#day-on:enabled").count():
        page.click("#day-on")
        page.wait_for_timeout(100)
    steps = [-1] * (DEMO_DAYS - 1) + [1] * (DEMO_DAYS - 1)
    times = [float(page.evaluate(TURNED, step)) for step in steps * 3]
    page.close()
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--loads", type=int, default=9)
    loads = parser.parse_args().loads
    with served() as address, launch() as browser:
        for name, screen in SCREENS.items():
            weight, times = first_load(browser, address, screen, loads)
            days = turned(browser, address, screen)
            sys.stdout.write(
                f"{name}: first load {weight / 1000:.0f} kB, drawn after {statistics.median(times):.0f} ms "
                f"(slowest {max(times):.0f}); another day {statistics.median(days):.0f} ms (slowest {max(days):.0f})\n"
            )


if __name__ == "__main__":
    main()
