"""Point pattern test: two periods with the same shares in every cell.

Andresen's index is beside it to show why it carries no p: its share of areas called different under H0.
"""

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import strewn_counts
from models.point_pattern_test import proportion_differences, resampled_similarity

Counts = NDArray[np.int64]


def _periods(rng: np.random.Generator, resolution: int, days: int, *, uneven: bool) -> tuple[Counts, Counts]:
    both = [strewn_counts(rng, resolution, days).sum(axis=1).astype(np.int64) for _ in range(2)]
    if uneven:
        shares = np.random.default_rng(1).gamma(0.5, size=len(both[0]))
        both = [rng.multinomial(int(counts.sum()), shares / shares.sum()) for counts in both]
    return both[0], both[1]


def _one_area(resolution: int, days: int, *, uneven: bool = False):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        found = proportion_differences(*_periods(rng, resolution, days, uneven=uneven))
        return np.asarray(found.p[~np.isnan(found.p)] <= 0.05)

    return rejects


def _any_area(resolution: int, days: int, *, uneven: bool = False):  # type: ignore[no-untyped-def]
    return lambda rng: bool(proportion_differences(*_periods(rng, resolution, days, uneven=uneven), q=0.05).local.any())


def _index(resolution: int, days: int):  # type: ignore[no-untyped-def]
    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        return resampled_similarity(*_periods(rng, resolution, days, uneven=False), rng).local != 0

    return rejects


CASES = [
    *(
        NullCase(
            f"Point pattern test ({what})",
            f"{n} cells, {days} days twice",
            0.05,
            trials,
            make(resolution, days),
            at_most=True,
        )
        for what, make, trials in (("one cell, p", _one_area, 500), ("any cell, q", _any_area, 2_000))
        for resolution, n in ((10, 63), (11, 449))
        for days in (84, 364)
    ),
    NullCase(
        "Point pattern test (any cell, q)",
        "63 uneven cells, 364 days twice",
        0.05,
        2_000,
        _any_area(10, 364, uneven=True),
        at_most=True,
    ),
    NullCase(
        "Andresen's index, a cell outside its interval",
        "63 cells, 3640 days twice",
        0.05,
        100,
        _index(10, 3640),
        not_used="it describes and carries no p",
    ),
]
