"""Speed of the space-time permutation scan.

    .venv/bin/python -m benchmarks.scan [--replicates 999] [--plain 20]

Beside it, in the same run and on the same data, the same statistic in plain numpy: one running sum per centre and one
expression over all its cylinders. It gets fewer replicates (``--plain``) and its time is scaled up to the same number;
that the maxima are equal is checked. The R package scanstatistics, which our aim names, is not measured: it cannot be
installed where CRAN is out of reach.
"""

import argparse
import time

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlogy

from models.scan_permutation import scan_permutation
from models.scan_poisson import scan_expectation, scan_own_level, scan_population
from models.scan_statistic import BLOCK, ScanParameters
from models.scan_zones import Zones, nested_zones

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
DURATION = 30


def places(n: int) -> tuple[Floats, Floats]:
    """``n`` places of a hexagonal grid, 130 m apart as cells of resolution 10 are."""
    wide = int(np.ceil(np.sqrt(n)))
    row, column = np.divmod(np.arange(n), wide)
    return (column + 0.5 * (row % 2)) * 130.0, row * 130.0 * np.sqrt(0.75)


def incidents(n: int, days: int, per_day: float) -> tuple[Whole, Whole]:
    """Place and day of incidents strewn evenly."""
    rng = np.random.default_rng(1)
    number = round(per_day * days)
    return rng.integers(0, n, number), rng.integers(0, days, number)


def plain_maxima(place: Whole, day: Whole, zones: Zones, days: int, replicates: int) -> Floats:
    """The largest ratios of the first ``replicates`` replicates of seed 1, in plain numpy."""
    cases = len(place)
    back = np.minimum(days - 1 - day, DURATION)
    orders = [zones.place[a:b] for a, b in zip(zones.start, zones.start[1:], strict=False)]
    maxima: list[float] = []
    for stream in np.random.default_rng(1).spawn(-(-replicates // BLOCK)):
        for shuffled in stream.permuted(np.broadcast_to(back, (BLOCK, cases)), axis=1)[: replicates - len(maxima)]:
            slots = np.bincount(place * (DURATION + 1) + shuffled, minlength=zones.places * (DURATION + 1))
            windows = np.cumsum(slots.reshape(zones.places, -1)[:, :DURATION], axis=1)
            expected = np.outer(np.bincount(place, minlength=zones.places), windows.sum(axis=0)) / cases
            maxima.append(max(_best_of_centre(windows[order], expected[order], cases) for order in orders))
    return np.array(maxima)


def _best_of_centre(windows: Whole, expected: Floats, cases: int) -> float:
    c, e = np.cumsum(windows, axis=0), np.cumsum(expected, axis=0)
    chosen = (c > e) & (c >= 2)
    c, e = c[chosen], e[chosen]
    ratio = xlogy(c, c / e) + xlogy(cases - c, (cases - c) / (cases - e))
    return float(ratio.max(initial=0.0))


def seconds(run) -> float:  # type: ignore[no-untyped-def]
    """The best of three."""
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        run()
        taken.append(time.perf_counter() - start)
    return min(taken)


def beside_numpy(replicates: int, plain: int) -> None:
    x_m, y_m = places(300)
    zones = nested_zones(x_m, y_m, max_places=150)
    parameters = ScanParameters(max_duration=DURATION, replicates=replicates)
    print(f"300 cells × 60 days × {replicates} replicates, zones to 150 cells, windows to {DURATION} days")
    print("| incidents a day | 1 thread | 2 threads | plain numpy (scaled) | ratio to 2 threads |")
    print("|---|---|---|---|---|")
    for per_day in (2, 10, 50):
        place, day = incidents(300, 60, per_day)

        def run(threads: int, place: Whole = place, day: Whole = day) -> Floats:
            rng = np.random.default_rng(1)
            found = scan_permutation(place, day, zones, days=60, parameters=parameters, rng=rng, threads=threads)
            return found.replicate_maxima

        maxima = run(2)
        start = time.perf_counter()
        slow = plain_maxima(place, day, zones, 60, plain)
        scaled = (time.perf_counter() - start) * replicates / plain
        np.testing.assert_allclose(maxima[:plain], slow, atol=1e-9)
        one, two = seconds(lambda: run(1)), seconds(lambda: run(2))
        print(f"| {per_day} | {one:.2f} s | {two:.2f} s | {scaled:.1f} s | {scaled / two:.0f} |", flush=True)


def growth(replicates: int) -> None:
    print(f"\nHow time grows: 10 incidents a day, 60 days, {replicates} replicates, zones to half of the cells")
    print("| cells | cylinders | permutation | own level | given baselines | population |")
    print("|---|---|---|---|---|---|")
    for n in (63, 150, 300, 449, 900):
        x_m, y_m = places(n)
        zones = nested_zones(x_m, y_m, max_places=n // 2)
        parameters = ScanParameters(max_duration=DURATION, replicates=replicates)
        place, day = incidents(n, 60, 10)
        counts = np.bincount(place * 60 + day, minlength=n * 60).reshape(n, 60)
        baselines = np.full(counts.shape, counts.mean())
        rng = np.random.default_rng(1)
        runs = (
            lambda: scan_permutation(place, day, zones, days=60, parameters=parameters, rng=rng),  # noqa: B023
            lambda: scan_own_level(counts, zones, parameters=parameters, rng=rng),  # noqa: B023
            lambda: scan_expectation(counts, baselines, zones, parameters=parameters, rng=rng),  # noqa: B023
            lambda: scan_population(counts, baselines, zones, parameters=parameters, rng=rng),  # noqa: B023
        )
        found = " | ".join(f"{seconds(run):.2f} s" for run in runs)
        print(f"| {n} | {len(zones) * DURATION:,} | {found} |", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--replicates", type=int, default=999)
    parser.add_argument("--plain", type=int, default=20)
    options = parser.parse_args()
    beside_numpy(options.replicates, options.plain)
    growth(options.replicates)


if __name__ == "__main__":
    main()
