"""EARS: alarms in a day or week whose rate stayed, by the exact test that decides here and by the published limits."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from models.ears import EarsMethod, EarsParameters, ears

LEVEL = 0.01
PUBLISHED = 0.001
Flags = NDArray[np.bool_]


def _alarms(method: EarsMethod, mean: float, *, published: bool) -> Callable[[np.random.Generator], Flags]:
    parameters = EarsParameters(method, level=PUBLISHED if published else LEVEL)

    def alarms(rng: np.random.Generator) -> Flags:
        found = ears(rng.poisson(mean, 400).astype(np.float64), parameters)
        return (found.published_alarm if published else found.alarm)[11:]

    return alarms


MEANS = (0.3, 2.0, 14.0)

CASES = [
    *(
        NullCase(
            f"EARS {method}, exact",
            f"{mean:g} a period",
            LEVEL,
            1_000,
            _alarms(method, mean, published=False),
            at_most=True,
        )
        for method in ("C1", "C2", "C3")
        for mean in MEANS
    ),
    *(
        NullCase(
            f"EARS {method} as published",
            f"{mean:g} a period",
            0.025 if method == "C3" else PUBLISHED,
            1_000,
            _alarms(method, mean, published=True),
            not_used="an exact test decides",
        )
        for method in ("C1", "C3")
        for mean in (*MEANS, 1_000.0)
    ),
]
