"""Displacement of two periods: time per call, and how it grows.

    .venv/bin/python -m benchmarks.displacement_tests

No package for Python computes WDD or WDQ; the Poisson difference-in-differences has its peer in statsmodels, which
fits the same model, with the same standard error, by iteration.
"""

import time
from collections.abc import Callable

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

from models.displacement_quotients import displacement_quotients
from models.placebo import placebo_in_time
from models.poisson_did import poisson_did
from models.wdd import WeightedCounts, running_wdd, wdd, wdd_of, wdd_z, with_harm
from models.wdd_small_counts import small_count_p

Floats = NDArray[np.float64]
PUBLISHED = ((207, 110), (308, 318), (178, 157), (150, 140))
SMALL = ((27, 2), (4, 1))


def seconds(call: Callable[[], object], *, at_least_s: float = 0.3) -> float:
    """Best of three rounds, per call."""
    call()
    repeats, taken = 1, 0.0
    while taken < at_least_s:
        repeats *= 2
        taken = _round(call, repeats)
    return min(taken, *(_round(call, repeats) for _ in range(2))) / repeats


def _round(call: Callable[[], object], repeats: int) -> float:
    start = time.perf_counter()
    for _ in range(repeats):
        call()
    return time.perf_counter() - start


def panel(areas: int, periods: int) -> tuple[Floats, NDArray[np.bool_]]:
    counts = np.random.default_rng(1).poisson(14.0, (areas, periods)).astype(np.float64)
    return counts, np.arange(areas) == 0


def by_statsmodels(counts: Floats, treated: NDArray[np.bool_], periods_before: int) -> float:
    areas, periods = counts.shape
    area = np.repeat(np.eye(areas), periods, axis=0)
    period = np.tile(np.eye(periods)[:, 1:], (areas, 1))
    after = np.tile(np.arange(periods) >= periods_before, areas) & np.repeat(treated, periods)
    x = np.column_stack([area, period, after]).astype(float)
    return float(sm.GLM(counts.ravel(), x, family=sm.families.Poisson()).fit(scale="X2").bse[-1])


def calls() -> None:
    print("| call | µs |\n|---|---|")
    rng = np.random.default_rng(2)
    rows: list[tuple[str, Callable[[], object]]] = [
        ("wdd", lambda: wdd(*PUBLISHED)),
        ("displacement_quotients", lambda: displacement_quotients(*PUBLISHED[:3])),
        ("small_count_p, exact", lambda: small_count_p(WeightedCounts.of(*SMALL), rng)),
        ("small_count_p, 9,999 draws", lambda: small_count_p(WeightedCounts.of(*SMALL, days=(84, 28)), rng)),
    ]
    for name, call in rows:
        print(f"| {name} | {1e6 * seconds(call):,.0f} |", flush=True)


def growth() -> None:
    print("\n| call | n | ms |\n|---|---|---|")
    rng = np.random.default_rng(3)
    for n in (10, 100, 1_000):
        types = [WeightedCounts.of(*PUBLISHED)] * n
        print(f"| wdd of crime types with harm | {n:,} | {1e3 * seconds(lambda t=types: _harm(t)):.3f} |", flush=True)
    for n in (26, 104, 416):
        rows = panel(2, 2 * n)[0]
        running = seconds(lambda r=rows, m=n: running_wdd(*r, periods_before=m, rng=rng))
        print(f"| running_wdd, periods | {n:,} | {1e3 * running:.3f} |", flush=True)
    for n in (104, 1_040, 10_400):
        rows = panel(3, n)[0]
        ranked = seconds(lambda r=rows: placebo_in_time(r, wdd_z, periods_before=4, periods_after=4))
        print(f"| placebo_in_time, periods | {n:,} | {1e3 * ranked:.3f} |", flush=True)


def _harm(types: list[WeightedCounts]) -> object:
    return wdd_of(with_harm(types, [1.0] * len(types)))


def beside_statsmodels() -> None:
    print("\n| areas x periods | poisson_did ms | statsmodels ms | ratio |\n|---|---|---|---|")
    for areas, periods in ((2, 12), (12, 26), (12, 104)):
        counts, treated = panel(areas, periods)
        before = periods * 3 // 4
        ours = seconds(lambda c=counts, t=treated, b=before: _did(c, t, b))
        by_statsmodels(counts, treated, before)
        theirs = min(_round(lambda c=counts, t=treated, b=before: by_statsmodels(c, t, b), 1) for _ in range(3))
        print(f"| {areas} x {periods} | {1e3 * ours:.3f} | {1e3 * theirs:.1f} | {theirs / ours:,.0f} |", flush=True)


def _did(counts: Floats, treated: NDArray[np.bool_], before: int) -> object:
    return poisson_did(counts, treated=treated, periods_before=before, overdispersed=True)


if __name__ == "__main__":
    calls()
    growth()
    beside_statsmodels()
