"""Statistics of counts beside their peers in one run: E-test, Mann-Kendall; Farrington has no peer in Python.

.venv/bin/python -m benchmarks.surveillance [--pairs 200] [--series 500]
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
import pymannkendall
from statsmodels.stats.rates import test_poisson_2indep as poisson_2indep

from models.farrington import farrington
from models.mann_kendall import mann_kendall, mann_kendall_z
from models.poisson_e_test import poisson_e_test

WEEKS = 104


def seconds(run: Callable[[], object]) -> float:
    """The faster of two runs."""
    found = []
    for _ in range(2):
        start = time.perf_counter()
        run()
        found.append(time.perf_counter() - start)
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=200)
    parser.add_argument("--series", type=int, default=500)
    options = parser.parse_args()
    rng = np.random.default_rng(1)
    pairs = (1 + rng.poisson(28, (options.pairs, 2))).tolist()
    rows = rng.poisson(2, (options.series, WEEKS)).astype(np.float64)
    weeks = rng.poisson(14, 364).astype(np.float64)
    measured = [
        (
            f"E-test, {options.pairs} pairs of counts (statsmodels)",
            seconds(lambda: [poisson_e_test(a, b, after_exposure=2.0) for a, b in pairs]),
            seconds(lambda: [poisson_2indep(b, 2.0, a, 1.0, method="etest") for a, b in pairs]),
        ),
        (
            f"Mann-Kendall z, {options.series} series of {WEEKS} weeks (pymannkendall)",
            seconds(lambda: mann_kendall_z(rows)),
            seconds(lambda: [pymannkendall.original_test(row) for row in rows]),
        ),
        (
            f"Mann-Kendall, exact p and Sen's slope, {options.series} series (pymannkendall: normal p)",
            seconds(lambda: [mann_kendall(row) for row in rows]),
            seconds(lambda: [pymannkendall.original_test(row) for row in rows]),
        ),
        ("Farrington, 52 weeks of one series of 7 years", seconds(lambda: farrington(weeks, judged=52)), None),
    ]
    print("| what | ours | peer | ratio |\n|---|---|---|---|")
    for what, ours, peer in measured:
        beside = f"{peer:.3f} s | {peer / ours:.1f} x" if peer else "– | –"
        print(f"| {what} | {ours:.4f} s | {beside} |")


if __name__ == "__main__":
    main()
