"""How long retention takes for many incidents at once, and in how much memory.

python benchmarks/retention.py [ROWS]
"""

import resource
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import numpy as np

from data.embedded import EmbeddedServer
from data.intake.block import IntakeBlock
from data.partnerships import load_partnership
from data.store import Store
from geo.grid import cells_at
from models.panel import IncidentColumns
from models.partnership import Partnership

BLOCK = 50_000
FIRST_S = 1_767_312_000  # 2026-01-02
DAYS = (date(2026, 10, 15), date(2029, 8, 1))


def block(partnership: Partnership, seed: int) -> IntakeBlock:
    """Incidents of the first half of 2026 in and around the areas."""
    rng = np.random.default_rng(seed)
    west, south, east, north = partnership.areas.bounds
    lon, lat = rng.uniform(west, east, BLOCK), rng.uniform(south, north, BLOCK)
    from_s = FIRST_S + rng.integers(0, 180 * 86_400, BLOCK)
    to_s = from_s + rng.choice([0, 7_200, 100_000], BLOCK)
    located = partnership.areas.locate(lon, lat)
    incidents = IncidentColumns(
        lon=lon,
        lat=lat,
        accuracy_m=np.full(BLOCK, 5.0),
        cell=cells_at(lon, lat, partnership.resolutions.stored),
        area=located.area,
        edge=located.boundary_distance_m < 5,
        category=rng.integers(0, len(partnership.categories), BLOCK).astype(np.int16),
        basis=rng.integers(0, 2, BLOCK).astype(np.int8),
        from_s=from_s,
        to_s=to_s,
        known_s=to_s + 3_600,
    )
    keys = tuple(rng.bytes(32) for _ in range(BLOCK))
    methods = ("coordinate",) * BLOCK
    return IntakeBlock(BLOCK, incidents, np.arange(BLOCK), keys, methods, to_s == from_s, ())


def main(rows: int) -> None:
    partnership = load_partnership(None)
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        with EmbeddedServer(Path(folder)) as server, Store(server.dsn()) as store:
            store.migrate()
            blocks = (block(partnership, seed) for seed in range(rows // BLOCK))
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
