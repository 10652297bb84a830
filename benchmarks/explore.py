"""What a question costs: the whole answer beside the bare aggregate of the same rows by the database.

    nice .venv/bin/python benchmarks/explore.py [INCIDENTS ...]

For each number of incidents (25,643, which is five years of the demonstration's density, and 1,000,000 unless given),
spread over five years, on the private server: a quarter and three years, each against as long a time before. The bare
aggregate is one statement, ``sum(weight_ppm)`` of the ledger by day over the same days. Medians in turns.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from data.embedded import SERVICE, EmbeddedServer
from data.partnerships import load_partnership, load_sketch
from data.store import Store
from maps.explore_tables import explore_tables
from models.calendar import to_date, to_day_number
from models.exploration import DataReach, explore
from models.explore_question import Period, Question
from models.panel import IncidentColumns
from models.partnership import Partnership
from tests.incident_blocks import block_of, some_incidents

SIZES = (25_643, 1_000_000)
FIRST = date(2021, 11, 1)
YEARS_S = 5 * 365 * 86_400
BLOCK = 50_000
TURNS = 5
BARE = """
SELECT shift_date, sum(weight_ppm) FROM panel_entry
WHERE partnership = %s AND area <> ''
  AND ((shift_date >= %s AND shift_date < %s) OR (shift_date >= %s AND shift_date < %s))
GROUP BY shift_date
"""


def main() -> None:
    for size in [int(text) for text in sys.argv[1:]] or SIZES:
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            with (
                EmbeddedServer(Path(folder) / "home") as server,
                Store(server.dsn(user=SERVICE), owner=server.dsn()) as store,
            ):
                store.migrate()
                partnership = load_partnership(None)
                take_in(store, partnership, size)
                measure(store, server.dsn(user=SERVICE), partnership, size)


def take_in(store: Store, partnership: Partnership, size: int) -> None:
    """Incidents over five years, in the order they came."""
    parts = -(-size // BLOCK)

    def blocks():  # type: ignore[no-untyped-def]
        for part in range(parts):
            n = min(BLOCK, size - part * BLOCK)
            yield block_of(spread(partnership, n, part, parts), names=[f"{part}-{i}" for i in range(n)])

    store.import_blocks(partnership, blocks(), source="test", profile_version=1, synthetic=True, actor="test")


def spread(partnership: Partnership, n: int, part: int, parts: int) -> IncidentColumns:
    rng = np.random.default_rng(part)
    drawn = some_incidents(partnership, n, seed=part)
    start = to_day_number(FIRST) * 86_400 + YEARS_S * part // parts
    from_s = np.sort(start + rng.integers(0, YEARS_S // parts, n))
    shift = from_s - drawn.from_s
    return replace(drawn, from_s=from_s, to_s=drawn.to_s + shift, known_s=drawn.known_s + shift)


def measure(store: Store, dsn: str, partnership: Partnership, size: int) -> None:
    last = to_day_number(FIRST) + 5 * 365 - 1
    known = store.questions.data_days(partnership.id)
    reach = DataReach(known, last, None)
    sketch = load_sketch(None)
    for name, days in (("a quarter", 91), ("1,080 days", 1080)):
        if 2 * days > 5 * 365:
            period, before = Period(last - days, last), Period(last - 5 * 365 + 1, last - days)
        else:
            period, before = Period(last - days, last), Period(last - 2 * days, last - days)
        question = Question(period, before)
        bounds = [to_date(day) for day in (period.start, period.stop, before.start, before.stop)]

        def bare() -> None:
            with psycopg.connect(dsn) as connection:
                connection.execute(BARE, [partnership.id, *bounds]).fetchall()  # noqa: B023

        def read() -> None:
            store.questions.inputs(partnership, question)  # noqa: B023

        def whole() -> None:
            found = explore(partnership, question, store.questions.inputs(partnership, question), reach)  # noqa: B023
            explore_tables(found, None, partnership, sketch, address="", synthetic=True)

        took = in_turns(bare, read, whole)
        print(
            f"{size:,} incidents, {name} and {before.days} days before: bare {1000 * took[0]:.0f} ms, "
            f"read {1000 * took[1]:.0f} ms, answer and tables {1000 * took[2]:.0f} ms, ratio {took[2] / took[0]:.2f}"
        )
    took = in_turns(lambda: store.questions.data_days(partnership.id))
    print(f"{size:,} incidents, first and last day (once after an import): {1000 * took[0]:.0f} ms")


def in_turns(*ways: Callable[[], None]) -> list[float]:
    """Median seconds of each, measured in turns."""
    took: list[list[float]] = [[] for _ in ways]
    for _ in range(TURNS):
        for at, way in enumerate(ways):
            start = time.perf_counter()
            way()
            took[at].append(time.perf_counter() - start)
    return [statistics.median(times) for times in took]


if __name__ == "__main__":
    main()
