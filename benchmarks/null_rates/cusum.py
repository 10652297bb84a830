"""CUSUM of weekly counts: false alarms per week where the mean is known, any false alarm in half a year where a history
gives it, and the ways that are not nominal at small counts."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from models.cusum import (
    Side,
    decision_limit,
    poisson_cusum,
    reference_value,
    transformed_cusum,
    window_limit,
)

RUN = 100
WATCHED = 26
LEVEL = 0.05
Flags = NDArray[np.bool_]


def _k(mean: float, side: Side) -> float:
    return reference_value(mean, mean * (2 if mean < 5 else 1.5) if side == "rise" else mean / 2)


@cache
def _limit(mean: float, side: Side, variance: float) -> float:
    return decision_limit(mean, k=_k(mean, side), periods=RUN, side=side, variance=variance)


@cache
def _window(total: int, weeks: int, k: float, side: Side) -> float:
    return window_limit(np.full(weeks, total / weeks), watched=WATCHED, k=k, side=side)


def _counts(rng: np.random.Generator, mean: float, weeks: int, variance: float = 1.0) -> NDArray[np.float64]:
    rate = mean if variance == 1 else rng.gamma(mean / (variance - 1), variance - 1, weeks)
    return rng.poisson(rate, weeks).astype(np.float64)


def _per_week(
    mean: float, side: Side, *, drawn: float = 1.0, taken: float = 1.0
) -> Callable[[np.random.Generator], Flags]:
    def alarms(rng: np.random.Generator) -> Flags:
        h = _limit(mean, side, taken)
        return poisson_cusum(_counts(rng, mean, 1_000, drawn), k=_k(mean, side), h=h, side=side).alarm

    return alarms


def _estimated_as_certain(mean: float, weeks: int) -> Callable[[np.random.Generator], Flags]:
    def alarms(rng: np.random.Generator) -> Flags:
        found = max(float(_counts(rng, mean, weeks).mean()), 0.05)
        return poisson_cusum(_counts(rng, mean, 300), k=_k(found, "rise"), h=_limit(found, "rise", 1.0)).alarm

    return alarms


def _any_in_window(mean: float, weeks: int, side: Side) -> Callable[[np.random.Generator], bool]:
    def rejects(rng: np.random.Generator) -> bool:
        history, watched = _counts(rng, mean, weeks), _counts(rng, mean, WATCHED)
        if not history.any():
            return False
        k = _k(float(history.mean()), side)
        return bool(poisson_cusum(watched, k=k, h=_window(int(history.sum()), weeks, k, side), side=side).alarm.any())

    return rejects


def _normal_limit(mean: float) -> Callable[[np.random.Generator], Flags]:
    """Rossi's transform with k 0.5 and h 4, a run of 335 weeks; refused where the run is shorter."""
    return lambda rng: transformed_cusum(_counts(rng, mean, 1_000), np.full(1_000, mean), k=0.5, h=4.0).alarm


def _standard_anyway(mean: float) -> Callable[[np.random.Generator], Flags]:
    def alarms(rng: np.random.Generator) -> Flags:
        s, found = 0.0, np.zeros(1_000, dtype=np.bool_)
        for t, z in enumerate(((_counts(rng, mean, 1_000) - mean) / np.sqrt(mean)).tolist()):
            s = max(0.0, s + z - 0.5)
            if s >= 4:
                found[t], s = True, 0.0
        return found

    return alarms


CASES = [
    *(
        NullCase(
            f"CUSUM for a {side}, known mean (alarm in a week)",
            f"{mean:g} a week",
            1 / RUN,
            400,
            _per_week(mean, side),
            at_most=True,
        )
        for side in ("rise", "fall")
        for mean in (0.7, 2.0, 14.0)
    ),
    *(
        NullCase(
            f"CUSUM for a {side}, mean of its history (any alarm in {WATCHED} weeks)",
            f"{mean:g} a week, {weeks} weeks before",
            LEVEL,
            4_000,
            _any_in_window(mean, weeks, side),
            at_most=True,
        )
        for side in ("rise", "fall")
        for mean, weeks in ((0.7, 52), (2.0, 26), (2.0, 104), (14.0, 52))
    ),
    NullCase(
        "CUSUM for a rise, variance known (alarm in a week)",
        "14 a week, twice the variance of chance",
        1 / RUN,
        400,
        _per_week(14.0, "rise", drawn=2.0, taken=2.0),
        at_most=True,
    ),
    *(
        NullCase(
            "CUSUM of Rossi's transform (alarm in a week)",
            f"{mean:g} a week",
            1 / 335,
            400,
            _normal_limit(mean),
            at_most=True,
        )
        for mean in (0.7, 2.0)
    ),
    NullCase(
        "CUSUM, mean of 26 weeks taken as certain",
        "2 a week",
        1 / RUN,
        1_000,
        _estimated_as_certain(2.0, 26),
        not_used="limits average over the means a history leaves open",
    ),
    NullCase(
        "CUSUM that takes counts as Poisson",
        "14 a week, twice the variance of chance",
        1 / RUN,
        400,
        _per_week(14.0, "rise", drawn=2.0),
        not_used="counts are divided by their dispersion first",
    ),
    NullCase(
        "CUSUM of standardised counts",
        "2 a week",
        1 / 335,
        400,
        _standard_anyway(2.0),
        not_used="refused where its run is too short",
    ),
]
