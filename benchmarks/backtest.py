"""A daily backtest beside the bare alternative, the same scores with a refit of the model at every day.

    python benchmarks/backtest.py [YEARS …] [--refit-days 60]

Prints one line per number of cells and years: the whole backtest (four methods, scores, intervals and comparisons), the
forecasts of the model alone as they roll from day to day, and as they are refitted by `expected_intensity`, measured on
evenly chosen days and multiplied up. Two incidents a day in three shifts and seven categories.
"""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.null_rates.density import neighbours, treated_cells
from models.backtest import BacktestParameters, PanelRows, backtest, rolling_intensity
from models.intensity import IntensityParameters, expected_intensity

FIRST, HISTORY_DAYS, SHIFTS, CATEGORIES, PER_DAY = 20_000, 90, 3, 7, 2.0


def seconds(call: Callable[[], object]) -> float:
    """The best of three runs."""
    best = float("inf")
    for _ in range(3):
        started = time.perf_counter()
        call()
        best = min(best, time.perf_counter() - started)
    return best


def measure(resolution: int, years: int, refit_days: int, per_day: float) -> str:
    """One line: whole backtest, model rolling and model refitted."""
    rng = np.random.default_rng(1)
    n_cells, ring = len(treated_cells(resolution)), neighbours(resolution, include_self=False)
    days = HISTORY_DAYS + 365 * years
    n = int(rng.poisson(per_day * days))
    cell = rng.choice(n_cells, n, p=rng.dirichlet(np.full(n_cells, 0.5)))
    day, shift, category = FIRST + rng.integers(0, days, n), rng.integers(0, SHIFTS, n), rng.integers(0, CATEGORIES, n)
    rows = PanelRows(cell, day, shift, np.ones(n))
    as_of = np.arange(FIRST + HISTORY_DAYS, FIRST + days)
    intensity = IntensityParameters()

    def roll() -> np.ndarray:
        return rolling_intensity(
            rows,
            n_cells=n_cells,
            n_shifts=SHIFTS,
            ring=ring,
            first_day=FIRST,
            as_of_day=as_of,
            horizon_days=1,
            parameters=intensity,
        )

    def refit(at: int) -> np.ndarray:
        return expected_intensity(
            cell,
            day,
            shift,
            category,
            rows.count,
            n_cells=n_cells,
            n_shifts=SHIFTS,
            n_categories=CATEGORIES,
            ring=ring,
            first_day=FIRST,
            as_of_day=at,
            target_day=at,
            parameters=intensity,
        ).sum(axis=(1, 2))

    def whole() -> object:
        return backtest(
            rows,
            n_cells=n_cells,
            n_shifts=SHIFTS,
            ring=ring,
            area=np.ones(n_cells),
            first_day=FIRST,
            from_day=int(as_of[0]),
            stop_day=FIRST + days,
            intensity=intensity,
            parameters=BacktestParameters(),
            rng=np.random.default_rng(2),
        )

    chosen = np.unique(np.linspace(0, len(as_of) - 1, refit_days).astype(int))
    rolled = roll()
    np.testing.assert_allclose(rolled[chosen], [refit(int(as_of[i])) for i in chosen], rtol=1e-9, atol=1e-13)
    rolling_s, whole_s = seconds(roll), seconds(whole)
    refit_s = seconds(lambda: [refit(int(as_of[i])) for i in chosen]) / len(chosen) * len(as_of)
    ratio = refit_s / rolling_s
    return f"{n_cells:>6}{years:>6}{n:>10,}{whole_s:>10.2f} s{rolling_s:>12.3f} s{refit_s:>10.2f} s{ratio:>9.0f}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("years", nargs="*", type=int, default=[1, 5])
    parser.add_argument("--refit-days", type=int, default=60)
    options = parser.parse_args()
    print(f"{'cells':>6}{'years':>6}{'incidents':>10}{'backtest':>12}{'rolling':>14}{'refitted':>12}{'ratio':>9}")
    for resolution, per_day in ((10, PER_DAY), (11, PER_DAY), (12, PER_DAY), (11, 20 * PER_DAY)):
        for years in options.years:
            print(measure(resolution, years, options.refit_days, per_day), flush=True)


if __name__ == "__main__":
    main()
