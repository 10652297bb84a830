"""Farrington flexible: alarms in a week without an outbreak, in an area and a category of it, with season and trend,
with the variance of chance and twice that; and as published, without the error of the mean."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from models.farrington import FarringtonParameters, farrington

LEVEL = 0.01
WEEKS = 320
JUDGED = 20
Flags = NDArray[np.bool_]


def _alarms(
    mean: float, *, season: float = 0.0, trend: float = 0.0, variance: float = 1.0, error: bool = True
) -> Callable[[np.random.Generator], Flags]:
    week = np.arange(WEEKS)
    rate = mean * (1 + season * np.sin(2 * np.pi * week / 52)) * np.exp(trend * (week - WEEKS / 2) / 52)
    parameters = FarringtonParameters(level=LEVEL, estimation_error=error)

    def alarms(rng: np.random.Generator) -> Flags:
        drawn = rate if variance == 1 else rng.gamma(rate / (variance - 1), variance - 1)
        return farrington(rng.poisson(drawn).astype(np.float64), judged=JUDGED, parameters=parameters).alarm

    return alarms


SETTINGS = (
    ("0.7 a week", {"mean": 0.7}),
    ("2 a week", {"mean": 2.0}),
    ("14 a week", {"mean": 14.0}),
    ("14 a week, season", {"mean": 14.0, "season": 0.5}),
    ("14 a week, a tenth less every year", {"mean": 14.0, "trend": -0.1}),
    ("14 a week, twice the variance of chance", {"mean": 14.0, "variance": 2.0}),
)

CASES = [
    *(
        NullCase("Farrington flexible (alarm in a week)", name, LEVEL, 1_000, _alarms(**setting), at_most=True)
        for name, setting in SETTINGS
    ),
    *(
        NullCase(
            "Farrington as published",
            name,
            LEVEL,
            400,
            _alarms(**setting, error=False),
            not_used="the error of the mean is counted too",
        )
        for name, setting in SETTINGS[1:4]
    ),
]
