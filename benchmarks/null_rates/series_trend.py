"""Class of a series: how often the last 13 weeks are called a rise or a fall where the rate stayed, by the exact
interval alone and with the dispersion of the history, as in ``trygkort trend``."""

from collections.abc import Callable

import numpy as np

from benchmarks.null_rates.case import NullCase
from models.count_periods import CountSeries
from models.series_trend import series_trend

LEVEL = 0.05
WEEKS = 117
MONDAY = 17_903


def _called(mean: float, variance: float = 1.0, *, back: int = 0) -> Callable[[np.random.Generator], bool]:
    def called(rng: np.random.Generator) -> bool:
        rate = mean if variance == 1 else rng.gamma(mean / (variance - 1), variance - 1, WEEKS)
        counts = rng.poisson(rate, WEEKS).astype(np.float64)
        series = CountSeries("week", MONDAY + 7 * np.arange(WEEKS, dtype=np.int64), counts)
        return series_trend(series).comparisons[back].trend in {"fald", "stigning"}

    return called


CASES = [
    NullCase(f"Class of a series, {what}", setting, LEVEL, 300, _called(mean, variance, back=back), at_most=True)
    for back, what in enumerate(("13 weeks and the 13 before", "13 weeks and a year earlier"))
    for setting, mean, variance in (
        ("14 a week", 14.0, 1.0),
        ("2 a week", 2.0, 1.0),
        ("0.7 a week", 0.7, 1.0),
        ("14 a week, twice the variance of chance", 14.0, 2.0),
    )
]
