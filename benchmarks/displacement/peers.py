"""What else is in use: monthly WDD, a CUSUM per area, the prospective space-time scan. Days of their alerts."""

import numpy as np
from numpy.typing import NDArray

from benchmarks.displacement.oracle import cusum
from models.displacement_watch import WatchCounts
from models.scan_permutation import TooFewCasesError, scan_permutation
from models.scan_statistic import ScanParameters
from models.scan_zones import nested_zones
from models.wdd import WeightedCounts, wdd_parts

Floats = NDArray[np.float64]
Claims = NDArray[np.bool_]  # (days, neighbours, columns): whether displacement is claimed on that day

MONTH_DAYS = 28
YEAR_DAYS = 364
Z_95 = 1.959964


def monthly_wdd(counts: WatchCounts, since: int) -> Claims:
    """Every 28 days: T fell and j rose beside the other areas, each at 95 %, the last 28 days after the 364 before."""
    claims = np.zeros(counts.neighbour.shape, dtype=np.bool_)
    rest = counts.total - counts.treated - counts.neighbour.sum(axis=1)
    for end in range(since + MONTH_DAYS, counts.days + 1, MONTH_DAYS):
        after, before = slice(end - MONTH_DAYS, end), slice(end - MONTH_DAYS - YEAR_DAYS, end - MONTH_DAYS)
        days = (YEAR_DAYS, MONTH_DAYS)
        for c in range(counts.total.shape[1]):
            t, control = (
                (float(part[before, c].sum()), float(part[after, c].sum())) for part in (counts.treated, rest)
            )
            for j in range(counts.neighbour.shape[1]):
                d = float(counts.neighbour[before, j, c].sum()), float(counts.neighbour[after, j, c].sum())
                weights = (1.0, t[0] / max(control[0], 1.0), 1.0, d[0] / max(control[0], 1.0))
                parts = wdd_parts(WeightedCounts.of(t, control, d, control, weights=weights, days=days))
                claims[end - 1 : end - 1 + MONTH_DAYS, j, c] = parts.local.z < -Z_95 and parts.displacement.z > Z_95
    return claims


def area_cusums(counts: WatchCounts, since: int, alerts_per_year: float) -> Claims:
    """A Poisson CUSUM per area and category for a change by half, each with its part of the budget (Bonferroni).

    Displacement is claimed while T's is above its threshold downwards and j's upwards. The threshold is that of Lorden
    (1971): a CUSUM of log likelihood ratios above log(ARL) has at least that average run length.
    """
    _, neighbours, columns = counts.neighbour.shape
    threshold = np.log(365.25 / alerts_per_year * (neighbours + 1) * columns)
    down = _poisson_cusum(counts.treated[:, np.newaxis], since, 0.5)
    up = _poisson_cusum(counts.neighbour, since, 1.5)
    return np.asarray((down >= threshold) & (up >= threshold))


def _poisson_cusum(observed: Floats, since: int, factor: float) -> Floats:
    """Expected is the mean of the year before the last 84 days, renewed every 28."""
    expected = np.empty_like(observed)
    for day in range(0, len(observed), MONTH_DAYS):
        base = max(day, since - YEAR_DAYS)
        past = observed[max(0, base - 84 - YEAR_DAYS) : max(1, base - 84)]
        expected[day : day + MONTH_DAYS] = np.maximum(past.mean(axis=0), 0.01)
    paths = np.empty_like(observed)
    cusum(observed * np.log(factor) + expected * (1 - factor), paths)
    return paths


def weekly_scan(
    counts: WatchCounts, since: int, column: int, alerts_per_year: float, rng: np.random.Generator, *, weeks: int
) -> Claims:
    """Every week the space-time permutation scan over T, its neighbours and the rest, a year back, windows to 28 days.

    Each area is a zone of its own. Claimed while the likeliest cluster is neighbour j at the budget's p.
    """
    areas = np.column_stack([counts.treated[:, column], counts.neighbour[:, :, column]])
    areas = np.column_stack([areas, counts.total[:, column] - areas.sum(axis=1)]).astype(np.int64)
    claims = np.zeros(counts.neighbour.shape, dtype=np.bool_)
    zones = nested_zones(np.arange(areas.shape[1]) * 1000.0, np.zeros(areas.shape[1]), max_places=1)
    level = alerts_per_year * 7 / 365.25 / (counts.total.shape[1] - 1)
    parameters = ScanParameters(max_duration=28, replicates=499, max_clusters=1)
    for end in range(since + 7, min(counts.days, since + 7 * weeks) + 1, 7):
        window = areas[end - YEAR_DAYS : end]
        day, place = np.repeat(np.indices(window.shape).reshape(2, -1), window.ravel(), axis=1)
        try:
            found = scan_permutation(place, day, zones, days=YEAR_DAYS, parameters=parameters, rng=rng, threads=1)
        except TooFewCasesError:
            continue
        if found.clusters and found.clusters[0].p <= level and 1 <= found.clusters[0].places[0] < areas.shape[1] - 1:
            claims[end - 1 : end + 6, found.clusters[0].places[0] - 1, column] = True
    return claims


def starts(claims: Claims, since: int) -> int:
    """How many claims begin from ``since`` on."""
    watched = claims[since:]
    before = np.concatenate([np.zeros_like(watched[:1]), watched[:-1]])
    return int(np.count_nonzero(watched & ~before))
