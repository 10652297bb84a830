"""Space-time scans: the share of null data sets whose most likely cluster has p at or below the level.

A scan every day with an alarm at p <= 1/20 is a false alarm every 20 days: the rate is that of the recurrence interval.
"""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from benchmarks.null_rates.case import NullCase
from benchmarks.null_rates.density import METRIC, PER_DAY, strewn_counts, treated_cells
from geo.grid import centres
from geo.projection import project
from models.scan_permutation import scan_permutation
from models.scan_poisson import scan_expectation, scan_own_level, scan_population
from models.scan_statistic import ScanParameters, ScanResult
from models.scan_zones import Zones, nested_zones

LEVEL = 0.05
RESOLUTION = 10
Counts = NDArray[np.int64]
Scan = Callable[[Counts, ScanParameters, np.random.Generator], ScanResult]
# A busier place, a busier day of the week and a month of rising numbers: none of them is a cluster.
WEEK = np.array([0.6, 0.7, 0.8, 1.0, 1.5, 1.6, 0.8])


@cache
def zones() -> Zones:
    """Of the treated cells, at most half of them."""
    x_m, y_m = project(*centres(treated_cells(RESOLUTION)), METRIC)
    return nested_zones(x_m, y_m, max_places=len(x_m) // 2)


def permutation(counts: Counts, parameters: ScanParameters, rng: np.random.Generator) -> ScanResult:
    place, day = np.nonzero(counts)
    number = counts[place, day]
    days = counts.shape[1]
    return scan_permutation(
        np.repeat(place, number), np.repeat(day, number), zones(), days=days, parameters=parameters, rng=rng, threads=1
    )


def expectation(counts: Counts, parameters: ScanParameters, rng: np.random.Generator) -> ScanResult:
    baselines = np.full(counts.shape, PER_DAY / len(counts))
    return scan_expectation(counts, baselines, zones(), parameters=parameters, rng=rng, threads=1)


def population(counts: Counts, parameters: ScanParameters, rng: np.random.Generator) -> ScanResult:
    return scan_population(counts, np.ones(counts.shape), zones(), parameters=parameters, rng=rng, threads=1)


def own_level(counts: Counts, parameters: ScanParameters, rng: np.random.Generator) -> ScanResult:
    return scan_own_level(counts, zones(), parameters=parameters, rng=rng, threads=1)


def _any_cluster(scan: Scan, days: int, replicates: int, *, uneven: bool = False):  # type: ignore[no-untyped-def]
    parameters = ScanParameters(max_duration=min(28, days // 2), replicates=replicates, max_clusters=1)

    def rejects(rng: np.random.Generator) -> bool:
        counts = _uneven(rng, days) if uneven else strewn_counts(rng, RESOLUTION, days).astype(np.int64)
        clusters = scan(counts, parameters, rng).clusters
        return bool(clusters) and clusters[0].p <= LEVEL

    return rejects


def _uneven(rng: np.random.Generator, days: int) -> Counts:
    """Two a day on average, but most in few cells, more at weekends, and rising through the period."""
    n = len(treated_cells(RESOLUTION))
    place = np.random.default_rng(1).gamma(0.5, size=n)
    day = WEEK[np.arange(days) % 7] * np.linspace(0.7, 1.3, days)
    mean = np.outer(place / place.sum(), day * PER_DAY * days / day.sum())
    return rng.poisson(mean)


def _every_day(scan: Scan, mornings: int):  # type: ignore[no-untyped-def]
    """The same place scanned on one morning after the other, each with the 60 days before it."""
    parameters = ScanParameters(max_duration=28, replicates=99, max_clusters=1)

    def rejects(rng: np.random.Generator) -> NDArray[np.bool_]:
        counts = strewn_counts(rng, RESOLUTION, 60 + mornings - 1).astype(np.int64)
        found = [scan(counts[:, first : first + 60], parameters, rng).clusters for first in range(mornings)]
        return np.array([bool(clusters) and clusters[0].p <= LEVEL for clusters in found])

    return rejects


SCANS: tuple[tuple[str, Scan], ...] = (
    ("permutation", permutation),
    ("Poisson, given baselines", expectation),
    ("Poisson, population", population),
    ("Poisson, own level", own_level),
)
CASES = [
    *(
        NullCase(
            f"Scan, {name}", "63 cells, 60 days, 99 replicates", LEVEL, 4_000, _any_cluster(scan, 60, 99), at_most=True
        )
        for name, scan in SCANS
    ),
    NullCase(
        "Scan, permutation",
        "63 cells, 84 days, 199 replicates",
        LEVEL,
        2_000,
        _any_cluster(permutation, 84, 199),
        at_most=True,
    ),
    NullCase(
        "Scan, permutation",
        "63 cells of uneven level, weekdays, rising; 84 days, 199 replicates",
        LEVEL,
        2_000,
        _any_cluster(permutation, 84, 199, uneven=True),
        at_most=True,
    ),
    NullCase(
        "Scan, permutation",
        "each of 14 mornings in a row, 63 cells, 60 days, 99 replicates",
        LEVEL,
        200,
        _every_day(permutation, 14),
        at_most=True,
    ),
]
