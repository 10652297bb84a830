"""Near repeats beside pointpats' Knox test, and how time grows with the events.

    .venv/bin/python -m benchmarks.near_repeat [--permutations 999] [--peer-permutations 49]

Both count the pairs less than 400 m and at most 7 days apart, Euclidean, on the same events: 200 per km² over a year.
pointpats does one such band and measures with fewer permutations; its time per permutation is the difference of two
runs, so that its preparation is not multiplied. Ours also draws the table of 20 bands of the command.
"""

import argparse
import time
import warnings
from collections.abc import Callable
from functools import partial

import numpy as np
from pointpats import Knox

from models.near_repeat import NearRepeatParameters, near_repeat

PER_KM2 = 200
DAYS = 365
REACH_M = 400.0


def events(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(n)
    side = 1000 * np.sqrt(n / PER_KM2)
    return rng.uniform(0, side, n), rng.uniform(0, side, n), rng.integers(0, DAYS, n)


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def peer_seconds(n: int, permutations: int, few: int) -> float:
    """Seconds of pointpats for ``permutations``: run in full, or drawn out from ``few`` beyond its preparation."""
    x, y, day = events(n)

    def run(count: int) -> float:
        return seconds(lambda: Knox(np.column_stack((x, y)), day[:, None], delta=REACH_M, tau=7, permutations=count))

    if few >= permutations:
        return run(permutations)
    prepared, with_few = run(0), run(few)
    return prepared + (with_few - prepared) / few * permutations


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--permutations", type=int, default=999)
    parser.add_argument("--peer-permutations", type=int, default=49)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 5_000, 20_000, 100_000])
    parser.add_argument("--peer-up-to", type=int, default=20_000)
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    one_band = NearRepeatParameters((0, REACH_M), (0, 8), None, "euclidean", options.permutations)
    table = NearRepeatParameters((0, 100, 200, 300, 400), metric="euclidean", permutations=options.permutations)
    # The first call compiles, or reads what an earlier one compiled.
    near_repeat(*events(100), np.random.default_rng(1), one_band)
    few = min(options.peer_permutations, options.permutations)
    print(f"{options.permutations} permutations; pointpats: {few} measured")
    print("| events | one band s | 20 bands s | pointpats s | ratio |")
    print("|---|---|---|---|---|")
    for n in options.sizes:
        found = events(n)
        one, many = (
            seconds(partial(near_repeat, *found, np.random.default_rng(1), chosen), repeats=3)
            for chosen in (one_band, table)
        )
        figures = "– | –"
        if n <= options.peer_up_to:
            peer = peer_seconds(n, options.permutations, few)
            figures = f"{peer:,.1f} | {peer / one:,.0f}"
        print(f"| {n:,} | {one:.3f} | {many:.3f} | {figures} |", flush=True)


if __name__ == "__main__":
    main()
