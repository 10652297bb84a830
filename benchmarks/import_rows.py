"""Rows per second of `trygkort import`, beside a bare binary COPY of the same rows in the same run.

    .venv/bin/python benchmarks/import_rows.py [ROWS]

The file is made first and not counted. The import is the real use case, from the file to the commit: all checks,
keyed hashes, cell, area, edge, panel. The bare COPY sends the rows the import made, already encoded, into a table
of the same columns without index or check.
"""

import argparse
import itertools
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import psycopg

sys.path.insert(0, str(Path(__file__).parents[1]))

from api.importing import import_file
from api.settings import read_settings
from data import incident_writer
from data.embedded import EmbeddedServer
from data.intake.profile import load_profile
from data.partnerships import load_partnership
from data.store import Store

FIRST, LAST = datetime(2021, 1, 1, tzinfo=UTC), datetime(2025, 12, 20, tzinfo=UTC)
CATEGORIES = (
    *("Hash og narkotika", "Vold og trusler", "Røveri", "Indbrud"),
    *("Tyveri", "Hærværk og brand", "Uro og utryghed"),
)
ROWS_AT_ONCE = 200_000


def write_file(path: Path, rows: int) -> None:
    """Incidents in the order of their case numbers: half in hot spots, a third with uncertain times."""
    rng = np.random.default_rng(1)
    with path.open("w", encoding="utf-8") as file:
        file.write("sagsnr;fra;til;anmeldt;kategori;grundlag;laengde;bredde;noejagtighed_m\n")
        for start in range(0, rows, ROWS_AT_ONCE):
            n = min(ROWS_AT_ONCE, rows - start)
            share = (start + np.arange(n)) / rows
            span_s = (LAST - FIRST).total_seconds()
            begin = (FIRST.timestamp() + share * span_s + rng.uniform(0, 3 * 86_400, n)).astype(np.int64)
            end = begin + rng.choice([0, 3_600, 36_000], n, p=[0.65, 0.2, 0.15])
            known = end + rng.integers(600, 2 * 86_400, n)
            hot = rng.random(n) < 0.5
            lon = np.where(hot, 12.55 + rng.normal(0, 0.004, n), rng.uniform(12.535, 12.575, n))
            lat = np.where(hot, 55.688 + rng.normal(0, 0.002, n), rng.uniform(55.675, 55.70, n))
            times = [
                np.char.replace(np.datetime_as_string(t.astype("datetime64[s]"), unit="m"), "T", " ")
                for t in (begin, end, known)
            ]
            columns = (
                [f"0100-{i}" for i in range(start, start + n)],
                *(t.tolist() for t in times),
                [CATEGORIES[i] for i in rng.integers(0, 7, n)],
                [("anmeldt", "observeret")[i] for i in rng.integers(0, 2, n)],
                [f"{v:.6f}" for v in lon],
                [f"{v:.6f}" for v in lat],
                [f"{v}" for v in rng.choice([5, 10, 25], n)],
            )
            file.writelines(";".join(row) + "\n" for row in zip(*columns, strict=True))


class Phases:
    """Seconds spent in functions, counted where they are looked up."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}

    @contextmanager
    def of(self, name: str, owner: object, attribute: str) -> Iterator[None]:
        real: Callable[..., Any] = getattr(owner, attribute)

        def timed(*args: Any, **kwargs: Any) -> Any:
            began = time.perf_counter()
            try:
                return real(*args, **kwargs)
            finally:
                self.seconds[name] = self.seconds.get(name, 0.0) + time.perf_counter() - began

        with patch.object(owner, attribute, timed):
            yield


def bare_copy(dsn: str, batches: list[Path]) -> float:
    """Seconds for the rows of ``batches``, in the columns and order of the import's own COPY."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("CREATE TABLE bare AS SELECT * FROM incident WITH NO DATA")
        connection.execute("CHECKPOINT")
        began = time.perf_counter()
        with connection.transaction():
            for batch in batches:
                with connection.cursor().copy(
                    incident_writer.INCIDENTS["copy_new"].replace("incident", "bare", 1)
                ) as c:
                    c.write(batch.read_bytes())
        return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("rows", type=int, nargs="?", default=1_000_000)
    parser.add_argument("--again", action="store_true", help="import the same file a second time, and check")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        Path(folder).chmod(0o755)
        run(Path(folder), options.rows, again=options.again)


def run(folder: Path, rows: int, *, again: bool) -> None:
    path = folder / "rows.csv"
    # In a process of its own: the memory it takes is not the import's.
    writer = get_context("spawn").Process(target=write_file, args=(path, rows))
    writer.start()
    writer.join()
    partnership, settings = load_partnership(None), read_settings({"TRYGKORT_HOME": str(folder / "home")})
    batches: list[Path] = []
    with EmbeddedServer(folder / "server") as server, Store(server.dsn()) as store:
        store.migrate()

        def imported() -> float:
            began = time.perf_counter()
            report = import_file(
                store,
                settings,
                partnership,
                path=path,
                profile=load_profile("demo"),
                rejects_path=folder / "rejects.csv",
                now=datetime.now(UTC),
                progress=lambda _: None,
            )
            took = time.perf_counter() - began
            print(f"  {report.counts}")
            return took

        phases = Phases()
        writer = incident_writer.IncidentWriter
        with (
            phases.of("encoding, panel, known keys (this process)", writer, "_jobs"),
            phases.of("waiting for the database in its thread", writer, "_send"),
            phases.of("deciding what waited", writer, "finish"),
        ):
            took = imported()
        peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"import      {rows:>10,} rows  {took:7.2f} s  {rows / took:>9,.0f} rows/s  peak memory {peak_mb:.0f} MB")
        for name, seconds in phases.seconds.items():
            print(f"  {name:45s} {seconds:7.2f} s")
        if again:
            print(f"import again  {imported():7.2f} s")
            began = time.perf_counter()
            print(f"  {store.check_panel(partnership)}")
            print(f"check         {time.perf_counter() - began:7.2f} s")
            peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
            print(f"peak memory of this process {peak_mb:.0f} MB")
        with (
            psycopg.connect(server.dsn()) as connection,
            connection.cursor().copy(incident_writer.INCIDENTS["copy_new"].replace("FROM STDIN", "TO STDOUT")) as copy,
        ):
            for i in itertools.count():
                data = b"".join(itertools.islice(copy, 50_000))
                if not data:
                    break
                batch = folder / f"{i}.copy"
                data = data.removeprefix(incident_writer.HEADER).removesuffix(incident_writer.END)
                batch.write_bytes(incident_writer.HEADER + data + incident_writer.END)
                batches.append(batch)
        bare = bare_copy(server.dsn(), batches)
        print(f"bare COPY   {rows:>10,} rows  {bare:7.2f} s  {rows / bare:>9,.0f} rows/s")
        print(f"import / bare COPY: {bare / took:.2f}")
    # The server stops by itself once nobody uses it; its folder is removed after that.
    while any((folder / "server").rglob("postmaster.pid")):
        time.sleep(0.05)


if __name__ == "__main__":
    main()
