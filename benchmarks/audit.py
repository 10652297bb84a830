"""What the log costs: a page with its line beside the same page without, and a chained line beside a plain one.

    .venv/bin/python benchmarks/audit.py [--requests N]
    .venv/bin/python benchmarks/audit.py --unusual

On the private server with its safe settings (each line is on the disk before the page leaves). Ways are measured in
turns, so that a machine of changing speed changes all alike; the medians are compared. ``--unusual`` counts how often
ordinary use passes a limit of `models.unusual_extraction`, and how soon a script does.
"""

import argparse
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.gate import Gate
from data.audit_log import AuditFilter
from data.embedded import SERVICE, EmbeddedServer
from data.partnerships import load_partnership
from data.store import Product, RunRecord, Store
from models.audit_chain import verify_chain
from models.unusual_extraction import RULES, Extractions, actor_days, unusual_days

PAGE_BYTES = 200_000
PLAIN = (
    "INSERT INTO plain (actor, action, subject, outcome) VALUES ('a', 'consultation', 'nord/latest/page', 'released')"
)
CHAINED = PLAIN.replace("plain", "audit_incoming")
HOUR_S, DAY_S, MONDAY = 3_600, 86_400, 20_003


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--requests", type=int, default=300)
    parser.add_argument("--unusual", action="store_true")
    asked = parser.parse_args()
    if asked.unusual:
        ordinary_use()
        scripts()
        return
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder) / "home") as server:
            costs(server, asked.requests)


def costs(server: EmbeddedServer, requests: int) -> None:
    partnership = load_partnership(None)
    with Store(server.dsn(user=SERVICE), owner=server.dsn(), connections=8) as store:
        store.migrate()
        body = np.random.default_rng(1).bytes(PAGE_BYTES)
        record = RunRecord(date(2026, 11, 2), datetime(2026, 11, 2, tzinfo=UTC), "1", {}, bytes(32))
        store.save_run(partnership, record, [Product("daily.html", "text/html", body, "tag")], "run")
        gate = Gate(store, partnership)
        with psycopg.connect(server.dsn(), autocommit=True) as connection:
            connection.execute(
                "CREATE TABLE plain (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "
                "at timestamptz DEFAULT clock_timestamp(), actor text, action text, subject text, outcome text)"
            )
            took = medians(
                {
                    "page without the log": lambda: store.product(partnership, "daily.html"),
                    "page with the log": lambda: gate.product("daily.html", None),
                    "plain insert": lambda: connection.execute(PLAIN),
                    "chained insert": lambda: connection.execute(CHAINED),
                },
                requests,
            )
        for name, seconds in took.items():
            print(f"{name}: {seconds * 1e3:.2f} ms")
        print(f"page with / without: {took['page with the log'] / took['page without the log']:.2f}")
        print(f"chained / plain: {took['chained insert'] / took['plain insert']:.2f}")
        together(gate)
        began = time.perf_counter()
        with store.audit.whole() as (head, rows):
            found = verify_chain(rows, head)
        print(f"verify: {found.rows / (time.perf_counter() - began):,.0f} rows/s, fault: {found.fault}")
        assert len(store.audit.rows(AuditFilter(), limit=5)) == 5


def medians(ways: Mapping[str, Callable[[], object]], requests: int) -> dict[str, float]:
    took: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(requests):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            took[name].append(time.perf_counter() - began)
    return {name: statistics.median(seconds) for name, seconds in took.items()}


def together(gate: Gate) -> None:
    began = time.perf_counter()
    with ThreadPoolExecutor(100) as threads:
        list(threads.map(lambda _: gate.product("daily.html", None), range(1000)))
    print(f"1,000 pages by 100 threads: {time.perf_counter() - began:.2f} s")


def ordinary(rng: np.random.Generator, actors: int, days: int) -> Extractions:
    """Working days from 7 to 17 o'clock in bursts of about 8, counts of a day far more uneven than Poisson."""
    rows = []
    for actor in range(actors):
        mean = rng.uniform(5, 30)
        for day in range(MONDAY, MONDAY + days):
            if (day - MONDAY) % 7 >= 5:
                continue
            n = rng.negative_binomial(3, 3 / (3 + mean))
            if (day - MONDAY) % 30 == 0:
                n *= 3  # the monthly report
            bursts = rng.integers(7 * HOUR_S, 17 * HOUR_S, size=max(1, n // 8))
            at = day * DAY_S + rng.choice(bursts, n) + rng.integers(0, 900, n)
            rows.append((at, np.full(n, actor), rng.random(n) < 0.05, day - rng.integers(0, 7, n)))
    return Extractions(*(np.concatenate(column) for column in zip(*rows, strict=True)))


def ordinary_use() -> None:
    rng = np.random.default_rng(1)
    flagged, actor_years, active = dict.fromkeys(RULES, 0), 0, 0
    for actors in (1, 3, 12, 30):
        found = actor_days(ordinary(rng, actors, 5 * 365))
        actor_years, active = actor_years + 5 * actors, active + len(found.day)
        for one in unusual_days(found):
            flagged[one.rule] += 1
    print(f"ordinary use: {actor_years} actor-years, {active} active days; unusual: {flagged}")


def scripts() -> None:
    """Minutes until a script that asks every so many seconds, from 9 o'clock on a working day, passes a limit."""
    rng = np.random.default_rng(2)
    for every_s in (1, 10, 60, 120, 300):
        until = []
        for _ in range(20):
            use, day = ordinary(rng, 12, 56), MONDAY + 52
            for n in (70, 100, 200, 201, 250, 300, 400, 600, 1000):
                at = day * DAY_S + 9 * HOUR_S + np.arange(n) * every_s
                if at[-1] // DAY_S > day:
                    break
                mine = Extractions(at, np.full(n, 99), np.zeros(n, bool), np.full(n, -1))
                both = Extractions(*(np.concatenate([getattr(use, k), getattr(mine, k)]) for k in vars(use)))
                if any(one.actor == 99 for one in unusual_days(actor_days(both))):
                    until.append(n * every_s / 60)
                    break
        after = f", median {np.median(until):.0f} min" if until else ""
        print(f"a script, one in {every_s} s: found in {len(until)} of 20{after}")


if __name__ == "__main__":
    main()
