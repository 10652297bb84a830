"""Mann-Kendall: how often a series without a trend has one, in weeks and months of an area, of a category of it, and
where chance is not all there is."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from models.mann_kendall import mann_kendall, seasonal_mann_kendall

LEVEL = 0.05
Floats = NDArray[np.float64]
Draw = Callable[[np.random.Generator], Floats]


def _poisson(mean: float, periods: int) -> Draw:
    return lambda rng: rng.poisson(mean, periods).astype(np.float64)


def _season(mean: float, per_year: int, years: int) -> Draw:
    """Three times as much in summer as in winter."""
    wave = 1 + 0.5 * np.sin(2 * np.pi * np.arange(per_year * years) / per_year)
    return lambda rng: rng.poisson(mean * wave).astype(np.float64)


def _alike(mean: float, periods: int) -> Draw:
    """The rate of a period resembles that of the one before (correlation 0.6, a fifth up or down)."""

    def draw(rng: np.random.Generator) -> Floats:
        drift = np.zeros(periods)
        for i in range(1, periods):
            drift[i] = 0.6 * drift[i - 1] + 0.16 * rng.standard_normal()
        return rng.poisson(mean * np.exp(drift)).astype(np.float64)

    return draw


def _plain(draw: Draw) -> Callable[[np.random.Generator], bool]:
    return lambda rng: mann_kendall(draw(rng)).p <= LEVEL


def _seasonal(draw: Draw, seasons: int, *, serial: bool = False) -> Callable[[np.random.Generator], bool]:
    return lambda rng: seasonal_mann_kendall(draw(rng), seasons=seasons, serial=serial).p <= LEVEL


CASES = [
    *(
        NullCase(
            "Mann-Kendall",
            f"{mean:g} a {unit}, {periods} {unit}s",
            LEVEL,
            4_000,
            _plain(_poisson(mean, periods)),
            at_most=True,
        )
        for unit, mean, periods in (
            ("week", 14, 52),
            ("week", 0.7, 52),
            ("week", 0.1, 104),
            ("month", 60, 12),
            ("month", 60, 36),
            ("month", 3, 24),
            ("week", 14, 260),
        )
    ),
    *(
        NullCase(
            "Mann-Kendall, seasonal",
            f"{mean:g} a {unit}, {years} years with a season",
            LEVEL,
            4_000,
            _seasonal(_season(mean, per_year, years), per_year),
            at_most=True,
        )
        for unit, mean, per_year, years in (
            ("month", 60, 12, 2),
            ("month", 60, 12, 5),
            ("month", 3, 12, 5),
            ("week", 14, 52, 3),
            ("week", 0.7, 52, 5),
        )
    ),
    *(
        NullCase(
            "Mann-Kendall, seasonal, dependent seasons",
            f"60 a month, {years} years{what}",
            LEVEL,
            4_000,
            _seasonal(draw, 12, serial=True),
        )
        for years in (10, 15)
        for what, draw in (("", _season(60, 12, years)), (", months alike", _alike(60, 12 * years)))
    ),
    NullCase(
        "Mann-Kendall on months that resemble one another",
        "60 a month, 60 months",
        LEVEL,
        4_000,
        _plain(_alike(60, 60)),
        not_used="the page says that periods must not resemble those before",
    ),
    NullCase(
        "Mann-Kendall on a season",
        "60 a month, 24 months",
        LEVEL,
        4_000,
        _plain(_season(60, 12, 2)),
        not_used="with two years the seasonal test is taken",
    ),
]
