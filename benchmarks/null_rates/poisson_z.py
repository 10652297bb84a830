"""z of the roots of two counts, where the rate stayed: from its least count on, and below it, where it refuses."""

from collections.abc import Callable
from math import sqrt

import numpy as np
from scipy.special import ndtri

from benchmarks.null_rates.case import NullCase
from models.poisson_z import PoissonZError, poisson_z

LEVEL = 0.05
Days = tuple[int, int]


def _rejects(rate: float, days: Days) -> Callable[[np.random.Generator], bool]:
    def rejects(rng: np.random.Generator) -> bool:
        before, after = rng.poisson(np.array(days) * rate).tolist()
        try:
            return poisson_z(before, after, before_exposure=days[0], after_exposure=days[1]).p <= LEVEL
        except PoissonZError:
            return False

    return rejects


def _without_its_limit(rate: float, days: Days) -> Callable[[np.random.Generator], bool]:
    ratio, limit = days[1] / days[0], float(ndtri(1 - LEVEL / 2))

    def rejects(rng: np.random.Generator) -> bool:
        before, after = rng.poisson(np.array(days) * rate).tolist()
        return abs(2 * (sqrt(after) - sqrt(ratio * before)) / sqrt(1 + ratio)) >= limit

    return rejects


CASES = [
    *(
        NullCase(
            "z of two counts",
            f"{rate:g} a day, {days[0]} and {days[1]} days",
            LEVEL,
            20_000,
            _rejects(rate, days),
            at_most=True,
        )
        for rate, days in ((2.0, (28, 28)), (2.0, (336, 28)), (0.3, (364, 364)), (0.3, (84, 84)), (0.1, (28, 28)))
    ),
    *(
        NullCase(
            "z of two counts without its minimum",
            f"{rate:g} a day, {days[0]} and {days[1]} days",
            LEVEL,
            20_000,
            _without_its_limit(rate, days),
            not_used="refused below 20 expected incidents",
        )
        for rate, days in ((0.3, (28, 28)), (0.1, (28, 28)), (0.1, (336, 28)))
    ),
]
