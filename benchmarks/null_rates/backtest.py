"""Backtests: how often a forecast is said to beat one that is exactly as good, or better.

*Two towns' past*: both forecasts count the last 28 days, each in its own past drawn from the same rates, so that
neither is better, but one is for weeks by chance. *Even town*: the
incidents are spread evenly and the even spread is the truth; the model cannot be better, and by the log score it is
worse by what it takes chance for. By the hits it is as good as any map.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import PER_DAY, neighbours, strewn_counts
from models.backtest import EVEN, BacktestParameters, PanelRows, backtest
from models.forecast_scores import forecast_parts
from models.intensity import IntensityParameters
from models.paired_blocks import PairedComparison, paired_comparison

ONE_SIDED = 0.025
HISTORY_DAYS = 90
FLIPS = 999
WINDOW_DAYS = 28


def _two_pasts(n: int, days: int, score: str):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        rate = rng.dirichlet(np.full(n, 0.5)) * PER_DAY
        observed = rng.poisson(rate, (days, n)).astype(np.float64)
        one, other = (
            forecast_parts(
                _counted_before(rng.poisson(rate, (days + WINDOW_DAYS, n))), observed, np.ones(n), share=0.05
            )
            for _ in range(2)
        )
        gain = other.log_score - one.log_score if score == "log score" else one.hits - other.hits
        weight = np.ones(days) if score == "log score" else one.incidents
        return paired_comparison(gain, weight, flips=FLIPS, rng=rng).verdict == "beats"

    return rejects


def _counted_before(past: NDArray[np.int64]) -> NDArray[np.float64]:
    """Means per day (days, n) of the window before each day, a tenth of the level spread evenly."""
    summed = np.cumsum(np.vstack([np.zeros_like(past[:1]), past]), axis=0)
    counted = (summed[WINDOW_DAYS:-1] - summed[: -WINDOW_DAYS - 1]) / WINDOW_DAYS
    return 0.9 * counted + 0.1 * PER_DAY / past.shape[1]


def _model_against_even(
    rng: np.random.Generator, resolution: int, days: int
) -> tuple[PairedComparison, PairedComparison]:
    counts = strewn_counts(rng, resolution, HISTORY_DAYS + days)
    cell, day = np.nonzero(counts)
    n = len(counts)
    found = backtest(
        PanelRows(cell, day, np.zeros(len(cell), dtype=np.int64), counts[cell, day]),
        n_cells=n,
        n_shifts=1,
        ring=neighbours(resolution, include_self=False),
        area=np.ones(n),
        first_day=0,
        from_day=HISTORY_DAYS,
        stop_day=HISTORY_DAYS + days,
        intensity=IntensityParameters(),
        parameters=BacktestParameters(),
        rng=rng,
    )
    [even] = [one for one in found.comparisons if one.baseline == EVEN]
    return even.log_score, even.hit_rate


def _even_town(resolution: int, days: int, which: int):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        return _model_against_even(rng, resolution, days)[which].verdict == "beats"

    return rejects


CASES = [
    NullCase(
        f"Backtest: a forecast 'beats' its equal ({score})",
        f"two towns' past, {n} cells, {days} days",
        ONE_SIDED,
        4_000,
        _two_pasts(n, days, score),
        at_most=True,
    )
    for n in (63, 449)
    for days in (180, 365)
    for score in ("log score", "hit rate")
] + [
    NullCase(
        f"Backtest: the model 'beats' the truth ({score})",
        f"even town, {n} cells, {days} days",
        ONE_SIDED,
        1_000,
        _even_town(resolution, days, which),
        at_most=True,
    )
    for resolution, n in ((10, 63), (11, 449))
    for days in (180, 365)
    for which, score in ((0, "log score"), (1, "hit rate"))
]
