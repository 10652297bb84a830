"""WDD: how often it finds a change where treated area, neighbour and their controls kept their rates.

The treated area has two incidents a day, a neighbour 0.3 to 1, a category 0.1 to 0.3; one control of each area's own
size, or one larger control scaled to both. Where the counts are too few for the normal approximation the p-value for
small counts decides, as in ``trygkort displacement wdd``.
"""

import numpy as np

from benchmarks.null_rates.case import NullCase
from models.dispersion import DispersionError, dispersion
from models.placebo import placebo_in_space, placebo_in_time
from models.wdd import WeightedCounts, running_wdd, wdd, wdd_of, wdd_z
from models.wdd_small_counts import small_count_p

LEVEL = 0.05
DRAWS = 399


def _rejects(cells: WeightedCounts, rng: np.random.Generator) -> bool:
    found = wdd_of(cells)
    return (found.p if found.enough else small_count_p(cells, rng, draws=DRAWS).p) <= LEVEL


def _own_controls(treated: float, neighbour: float, days: tuple[int, int]):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        pairs = [
            tuple(rng.poisson(np.array(days) * rate).tolist()) for rate in (treated, treated, neighbour, neighbour)
        ]
        return _rejects(WeightedCounts.of(*pairs, days=days), rng)

    return rejects


def _shared_control(treated: float, control: float, days: tuple[int, int]):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        pairs = [tuple(rng.poisson(np.array(days) * rate).tolist()) for rate in (treated, control)]
        return _rejects(WeightedCounts.of(*pairs, weights=(1, treated / control, 1, 1), days=days), rng)

    return rejects


def _normal_only(rate: float, control: float, days: tuple[int, int]):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        treated, other = (tuple(rng.poisson(np.array(days) * r).tolist()) for r in (rate, control))
        return wdd(treated, other, weights=(1, rate / control, 1, 1), days=days).p <= LEVEL

    return rejects


def _bursts(rng: np.random.Generator, mean: float, factor: float, shape: tuple[int, int]) -> np.ndarray:
    """Negative binomial counts with ``factor`` times the variance of Poisson ones."""
    return rng.poisson(rng.gamma(mean / (factor - 1), factor - 1, shape)).astype(np.float64)


def _overdispersed(*, adjusted: bool):  # type: ignore[no-untyped-def]
    """Windows of 28 days with twice the variance of Poisson counts, twelve of them before."""

    def rejects(rng: np.random.Generator) -> bool:
        counts = _bursts(rng, 56.0, 2.0, (2, 13))
        pairs = [(float(area[:12].sum()), float(area[12])) for area in counts]
        try:
            spread = {"dispersion": dispersion(counts[:, :12])} if adjusted else {}
        except DispersionError:
            return False
        return wdd(*pairs, days=(12, 1), **spread).p <= LEVEL

    return rejects


def _running_ever_out(treated: float, control: float, before: int):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        counts = rng.poisson([[treated * 7], [control * 7]], (2, before + 12)).astype(np.float64)
        return bool(running_wdd(*counts, periods_before=before, rng=rng).outside.any())

    return rejects


def _placebo_in_time(factor: float):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> bool:
        mean = 14.0
        counts = rng.poisson(mean, (3, 104)) if factor == 1 else _bursts(rng, mean, factor, (3, 104))
        return placebo_in_time(counts.astype(np.float64), wdd_z, periods_before=4, periods_after=4).p <= LEVEL

    return rejects


def _placebo_in_space(rng: np.random.Generator) -> bool:
    rates = np.array([56, 8, 12, 14, 18, 22, 28, 8, 10, 12, 14, 18, 22, 28, 9, 11, 13, 15, 20, 24.0])
    before, after = rng.poisson(rates, (2, 20)).astype(np.float64)
    return placebo_in_space(before, after, wdd_z).p <= LEVEL


CASES = [
    *(
        NullCase(
            "WDD",
            f"{treated:g} and {neighbour:g} a day, controls alike, {days[0]} and {days[1]} days",
            LEVEL,
            4_000,
            _own_controls(treated, neighbour, days),
            at_most=days[0] == days[1],
        )
        for treated, neighbour in ((2.0, 1.0), (2.0, 0.3), (0.3, 0.1), (0.1, 0.1))
        for days in ((28, 28), (84, 84), (336, 28))
    ),
    *(
        NullCase(
            "WDD",
            f"{treated:g} a day, scaled control of {control:g}, {days[0]} and {days[1]} days",
            LEVEL,
            4_000,
            _shared_control(treated, control, days),
            at_most=True,
        )
        for treated, control in ((2.0, 6.0), (2.0, 0.3), (0.3, 2.0), (0.2, 0.1))
        for days in ((28, 28), (336, 28), (364, 7))
    ),
    NullCase(
        "WDD by the normal test alone",
        "2 a day, scaled control of 0.1, 336 and 28 days",
        LEVEL,
        4_000,
        _normal_only(2.0, 0.1, (336, 28)),
        not_used="below 30 effective incidents WDD is judged by exact or drawn tables",
    ),
    NullCase(
        "WDD without dispersion",
        "twice the variance of chance",
        LEVEL,
        4_000,
        _overdispersed(adjusted=False),
        not_used="where counts come in bursts WDD takes the dispersion of its history",
    ),
    NullCase("WDD with its dispersion", "twice the variance of chance", LEVEL, 4_000, _overdispersed(adjusted=True)),
    *(
        NullCase(
            "WDD running, ever outside its band",
            f"{treated:g} and {control:g} a day, {before} weeks before, 12 looks",
            LEVEL,
            4_000,
            _running_ever_out(treated, control, before),
            at_most=True,
        )
        for treated, control, before in ((2.0, 2.0, 12), (2.0, 0.3, 52), (0.3, 0.1, 52))
    ),
    *(
        NullCase(
            "Placebo in time of WDD",
            f"25 dates, variance {f:g} of chance",
            LEVEL,
            4_000,
            _placebo_in_time(f),
            at_most=True,
        )
        for f in (1.0, 2.0)
    ),
    NullCase(
        "Placebo in space of WDD", "19 other areas of unequal size", LEVEL, 4_000, _placebo_in_space, at_most=True
    ),
]
