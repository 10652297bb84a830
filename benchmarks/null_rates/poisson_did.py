"""Poisson difference-in-differences: how often a ratio of ratios is found where all kept their rates.

A table with a sum of zero is refused and counts as no finding.
"""

import numpy as np

from benchmarks.null_rates.case import NullCase
from models.net_rate_ratio import Tables, net_rate_ratios
from models.poisson_did import DidError, poisson_did

LEVEL = 0.05
TREATED = np.array([True, False, False])


def _two_periods(treated: float, control: float, days: tuple[int, int]):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        counts = rng.poisson(np.outer([treated, control], days)).astype(np.float64)
        try:
            return poisson_did(counts, treated=TREATED[:2], periods_before=1).p <= LEVEL
        except DidError:
            return False

    return rejects


def _exact(treated: float, control: float, days: tuple[int, int]):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        counts = rng.poisson(np.outer([treated, control], days)).astype(np.float64)
        [found] = net_rate_ratios(Tables(*counts.reshape(4, 1)))
        return found.p <= LEVEL

    return rejects


def _many_periods(factor: float, *, overdispersed: bool):  # type: ignore[no-untyped-def]
    """Weeks of three areas, 12 before and 4 after; counts with ``factor`` times the variance of Poisson ones."""
    mean = np.repeat([[14.0], [7.0], [7.0]], 16, axis=1)

    def rejects(rng: np.random.Generator) -> bool:
        rates = rng.gamma(mean / (factor - 1), factor - 1) if factor > 1 else mean
        counts = rng.poisson(rates).astype(np.float64)
        return poisson_did(counts, treated=TREATED, periods_before=12, overdispersed=overdispersed).p <= LEVEL

    return rejects


CASES = [
    *(
        NullCase(
            "Poisson DiD",
            f"{treated:g} and {control:g} a day, {days[0]} and {days[1]} days",
            LEVEL,
            4_000,
            _two_periods(treated, control, days),
            at_most=min(treated, control) * days[1] < 60,
        )
        for treated, control in ((2.0, 2.0), (2.0, 0.3), (0.3, 0.3), (0.1, 0.3))
        for days in ((28, 28), (84, 84), (336, 28))
    ),
    NullCase(
        "Fisher of the same table",
        "0.3 and 0.3 a day, 28 and 28 days",
        LEVEL,
        4_000,
        _exact(0.3, 0.3, (28, 28)),
        at_most=True,
    ),
    NullCase("Poisson DiD", "16 weeks of 3 areas", LEVEL, 4_000, _many_periods(1.0, overdispersed=False)),
    NullCase(
        "Poisson DiD with its dispersion",
        "16 weeks of 3 areas",
        LEVEL,
        4_000,
        _many_periods(1.0, overdispersed=True),
        at_most=True,
    ),
    NullCase(
        "Poisson DiD without dispersion",
        "the same, twice the variance of chance",
        LEVEL,
        4_000,
        _many_periods(2.0, overdispersed=False),
        not_used="where counts come in bursts it takes their dispersion",
    ),
    NullCase(
        "Poisson DiD with its dispersion",
        "the same, twice the variance of chance",
        LEVEL,
        4_000,
        _many_periods(2.0, overdispersed=True),
    ),
]
