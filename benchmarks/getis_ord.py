"""Gi* of H3 cells around Copenhagen, 999 conditional permutations: ours, drawn and exact, beside esda.

    .venv/bin/python benchmarks/getis_ord.py [--cells 20000] [--permutations 999] [--growth]

esda runs with numba and one job; it is called once before it is timed, so that its compilation does not count, and its
weights are ready. ``--growth`` times ours at more sizes, without the peer.
"""

import argparse
import statistics
import time
import warnings
from collections.abc import Callable

import h3.api.basic_int as h3
import numpy as np
from esda import G_Local
from libpysal.weights import W
from numpy.typing import NDArray
from scipy import sparse

from geo.grid import adjacency
from models.conditional_permutation import exact_conditional_p, sampled_conditional_p
from models.getis_ord import gi, gi_star

TOWN_HALL = (55.6759, 12.5655)
RESOLUTION = 10
# Two incidents a day over the 449 cells of Indre Nørrebro, 84 days.
PER_CELL = 0.37
GROWTH = (2_000, 5_000, 10_000, 20_000, 100_000)

Map = tuple[NDArray[np.float64], sparse.csr_array, sparse.csr_array]


def map_of(n: int) -> Map:
    """Counts of the ``n`` cells nearest to the town hall, and their neighbours without and with the cell itself."""
    rings = int(np.ceil(np.sqrt(n / 3))) + 1
    middle = h3.latlng_to_cell(*TOWN_HALL, RESOLUTION)
    cells = np.array([cell for k in range(rings) for cell in h3.grid_ring(middle, k)][:n], dtype=np.int64)
    x = np.random.default_rng(1).poisson(PER_CELL, n).astype(np.float64)
    return x, adjacency(cells), adjacency(cells, include_self=True)


def seconds(run: Callable[[], object], times: int) -> float:
    """Median of ``times`` runs after one that does not count."""
    run()
    found = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return statistics.median(found)


def ours(found: Map, permutations: int) -> dict[str, float]:
    x, alone, with_self = found
    return {
        "Gi* normal": seconds(lambda: gi_star(x, with_self).normal_p, 31),
        "Gi normal": seconds(lambda: gi(x, alone).normal_p, 31),
        "Gi* drawn": seconds(
            lambda: sampled_conditional_p(x, with_self, permutations=permutations, rng=np.random.default_rng(2)).p, 11
        ),
        "Gi* exact": seconds(lambda: exact_conditional_p(x, with_self).p, 11),
    }


def esda(found: Map, permutations: int) -> dict[str, float]:
    x, alone, _ = found
    near = {i: alone.indices[alone.indptr[i] : alone.indptr[i + 1]].tolist() for i in range(len(x))}
    weights = W(near, silence_warnings=True)
    weights.transform = "B"
    drawn = seconds(
        lambda: G_Local(
            x, weights, transform="B", permutations=permutations, star=True, n_jobs=1, keep_simulations=False
        ),
        3,
    )
    return {
        "Gi* normal": seconds(lambda: G_Local(x, weights, transform="B", permutations=0, star=True), 3),
        "Gi normal": seconds(lambda: G_Local(x, weights, transform="B", permutations=0, star=False), 3),
        "Gi* drawn": drawn,
        "Gi* exact": drawn,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cells", type=int, default=20_000)
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--growth", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    if options.growth:
        print("| cells | Gi* normal, ms | Gi normal, ms | Gi* drawn, ms | Gi* exact, ms |\n|---|---|---|---|---|")
        for n in GROWTH:
            times = ours(map_of(n), options.permutations)
            print(f"| {n:,} | " + " | ".join(f"{1000 * t:.2f}" for t in times.values()) + " |", flush=True)
        return
    found = map_of(options.cells)
    mine, peer = ours(found, options.permutations), esda(found, options.permutations)
    print(f"{options.cells:,} cells, {options.permutations:,} permutations\n")
    print("| | ours, ms | esda, ms | ratio |\n|---|---|---|---|")
    for name, time_s in mine.items():
        print(f"| {name} | {1000 * time_s:.2f} | {1000 * peer[name]:.1f} | {peer[name] / time_s:.0f} |")


if __name__ == "__main__":
    main()
