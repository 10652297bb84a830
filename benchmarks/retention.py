"""How long retention takes for many incidents at once, and in how much memory.

python benchmarks/retention.py [ROWS]
"""

import resource
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np

from data.embedded import EmbeddedServer
from data.partnerships import load_partnership
from data.store import Store
from tests.incident_blocks import block_of, some_incidents

BLOCK = 50_000
DAYS = (date(2026, 10, 15), date(2029, 8, 1))


def main(rows: int) -> None:
    partnership = load_partnership(None)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder)) as server, Store(server.dsn()) as store:
            store.migrate()
            blocks = (
                replace(
                    block_of(some_incidents(partnership, BLOCK, seed=i), names=[f"{i}-{k}" for k in range(BLOCK)]),
                    line=np.arange(BLOCK),
                )
                for i in range(rows // BLOCK)
            )
            store.import_blocks(
                partnership, blocks, source="test", profile_version=1, synthetic=True, actor="benchmark"
            )
            for day in DAYS:
                began = time.perf_counter()
                found = store.retention.apply(partnership, day, "benchmark")
                took_s = time.perf_counter() - began
                peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
                gone = ", ".join(f"{each.place} {each.rows}" for each in found if each.rows)
                print(f"{day}: {took_s:.1f} s, peak {peak_mb:.0f} MB; {gone}", flush=True)
            checked = store.check_panel(partnership)
            print(f"panel: {checked.rows} rows, {checked.different} differ")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
