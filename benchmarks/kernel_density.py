"""Kernel density of 100,000 incidents on 200 x 200 centres, and how time grows.

    .venv/bin/python -m benchmarks.kernel_density

The square is 4 x 4 km, the bandwidth 200 m. scikit-learn's KernelDensity has no quartic kernel: it does Epanechnikov
with the same radius (rtol 0, exact) on a share of the centres, drawn out to all; scipy's gaussian_kde looks at all
incidents from everywhere, likewise on a share. Brute force is the definition in numpy, on a share too.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import gaussian_kde
from sklearn.neighbors import KernelDensity

from models.kernel_density import kernel_density

SIDE_M = 4_000.0
BANDWIDTH_M = 200.0


def centres(per_side: int) -> tuple[np.ndarray, np.ndarray]:
    middle = (np.arange(per_side) + 0.5) * SIDE_M / per_side
    x, y = np.meshgrid(middle, middle)
    return x.ravel(), y.ravel()


def seconds(work: Callable[[], object], repeats: int = 1) -> float:
    took = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return min(took)


def brute(x: np.ndarray, y: np.ndarray, at: np.ndarray) -> np.ndarray:
    u2 = ((x - at[:, :1]) ** 2 + (y - at[:, 1:]) ** 2) / BANDWIDTH_M**2
    return np.where(u2 < 1, (1 - u2) ** 2, 0.0).sum(axis=1)


def main() -> None:
    argparse.ArgumentParser(description=__doc__).parse_args()
    at_x, at_y = centres(200)
    few = np.random.default_rng(2).choice(len(at_x), 200, replace=False)
    at = np.column_stack((at_x[few], at_y[few]))
    share = len(at_x) / len(few)
    print("| incidents | centres | ours s | scikit-learn s | scipy s | brute force s | ratios |")
    print("|---|---|---|---|---|---|---|")
    for n in (1_000, 10_000, 100_000, 1_000_000):
        x, y = np.random.default_rng(n).uniform(0, SIDE_M, (2, n))

        def ours() -> np.ndarray:
            spacing = SIDE_M / 200
            return kernel_density(x, y, at_x, at_y, bandwidth_m=BANDWIDTH_M, spacing_m=spacing).per_km2  # noqa: B023

        ours()
        took = seconds(ours, repeats=3)
        if n > 100_000:
            print(f"| {n:,} | {len(at_x):,} | {took:.3f} | – | – | – | – |", flush=True)
            continue
        points = np.column_stack((x, y))
        tree = KernelDensity(bandwidth=BANDWIDTH_M, kernel="epanechnikov", rtol=0, atol=0).fit(points)
        normal = gaussian_kde(points.T, bw_method=BANDWIDTH_M / (SIDE_M / np.sqrt(12)))
        peers = [
            share * seconds(work)
            for work in (
                lambda tree=tree: tree.score_samples(at),
                lambda normal=normal: normal(at.T),
                lambda x=x, y=y: brute(x, y, at),
            )
        ]
        figures = " | ".join(f"{peer:.2f}" for peer in peers)
        ratios = ", ".join(f"{peer / took:,.0f}" for peer in peers)
        print(f"| {n:,} | {len(at_x):,} | {took:.3f} | {figures} | {ratios} |", flush=True)


if __name__ == "__main__":
    main()
