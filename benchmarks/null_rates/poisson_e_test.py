"""E-test and C-test of two counts: how often they differ where the rate stayed. An area with two incidents a day, a
neighbour, a category; the period before as long, or longer."""

from collections.abc import Callable

import numpy as np

from benchmarks.null_rates.case import NullCase
from models.poisson_e_test import Statistic, poisson_e_test
from models.rate_ratio import rate_ratio

LEVEL = 0.05
Days = tuple[int, int]


def _e_test(rate: float, days: Days, statistic: Statistic) -> Callable[[np.random.Generator], bool]:
    def rejects(rng: np.random.Generator) -> bool:
        before, after = rng.poisson(np.array(days) * rate).tolist()
        exposures = {"before_exposure": days[0], "after_exposure": days[1]}
        return poisson_e_test(before, after, statistic=statistic, **exposures).p <= LEVEL

    return rejects


def _c_test(rate: float, days: Days) -> Callable[[np.random.Generator], bool]:
    def rejects(rng: np.random.Generator) -> bool:
        before, after = rng.poisson(np.array(days) * rate).tolist()
        return rate_ratio(before, after, before_exposure=days[0], after_exposure=days[1]).p <= LEVEL

    return rejects


SETTINGS = [(2.0, (28, 28)), (0.3, (28, 28)), (0.1, (28, 28)), (2.0, (336, 28)), (0.3, (336, 28)), (0.1, (336, 28))]

CASES = [
    *(
        NullCase(
            f"E-test, {statistic}",
            f"{rate:g} a day, {days[0]} and {days[1]} days",
            LEVEL,
            10_000,
            _e_test(rate, days, statistic),
            at_most=True,
        )
        for statistic in ("score", "wald")
        for rate, days in SETTINGS
        if statistic == "score" or days[0] != days[1]
    ),
    *(
        NullCase(
            "C-test (rate ratio)",
            f"{rate:g} a day, {days[0]} and {days[1]} days",
            LEVEL,
            10_000,
            _c_test(rate, days),
            at_most=True,
        )
        for rate, days in SETTINGS
    ),
]
