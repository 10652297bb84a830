"""The largest log likelihood ratio over zones and the last days, in the data and in Monte Carlo replicates of them.

What all scan statistics of this package share; which counts are drawn and what is expected is theirs
(`models.scan_poisson`, `models.scan_permutation`).

Every window ends at the last period, so that a cluster is one that is alive (Kulldorff 2001, *prospective*). The ratio
rises with the count where the count is above what is expected. So a cylinder can beat the largest ratio of a replicate
only if the largest count of a block of replicates does, and that is one comparison of whole numbers for all of them.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import xlog1py, xlogy

from models.compiled import compiled
from models.parameter_limits import require_number, require_whole
from models.scan_zones import Zones

Floats = NDArray[np.float64]
Whole = NDArray[Any]  # whole numbers of 16, 32 or 64 bits
Chains = tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.bool_]]  # place, start, complete of `Zones`
Draw = Callable[[np.random.Generator], Whole]

BLOCK = 64  # replicates that are scanned side by side, a whole number of vector registers
TIE = 1e-9  # ratios nearer than this are equal: what rounding leaves of a tie counts against significance
GUMBEL_REPLICATES = 99
EULER = 0.5772156649015329


@dataclass(frozen=True)
class ScanParameters:
    """Windows of 1 to ``max_duration`` periods and at least ``minimum_cases``; at most ``max_clusters`` are reported.

    ``replicates`` is the number of Monte Carlo data sets. ``interval_days`` is how often the scan is made: it turns p
    into a recurrence interval.
    """

    max_duration: int = 30
    replicates: int = 999
    minimum_cases: int = 2
    interval_days: float = 1.0
    max_clusters: int = 10

    def __post_init__(self) -> None:
        require_whole("max_duration", self.max_duration, at_least=1)
        require_whole("replicates", self.replicates, at_least=1)
        require_whole("minimum_cases", self.minimum_cases, at_least=1)
        require_number("interval_days", self.interval_days, above=0)
        require_whole("max_clusters", self.max_clusters, at_least=1)


@dataclass(frozen=True, eq=False)
class ScanCluster:
    """A zone and its last ``duration`` periods.

    ``places`` positions of its places, the centre first; ``radius_m`` NaN where zones were listed. ``statistic`` is the
    log likelihood ratio; ``p`` the share of data sets, this one among them, whose largest ratio is at least as large;
    ``recurrence_days`` = interval / p: under H0 a cluster this strong is seen once in so many days of scanning.
    ``gumbel_p`` is an extrapolation beyond the replicates (`gumbel_p`) and decides nothing.
    """

    places: NDArray[np.int32]
    radius_m: float
    duration: int
    observed: int
    expected: float
    statistic: float
    p: float
    recurrence_days: float
    gumbel_p: float


@dataclass(frozen=True, eq=False)
class ScanResult:
    """``clusters`` by falling ratio, no place in two of them; the p of all but the first are conservative.

    ``replicate_maxima`` (replicates) are the largest ratios under H0; ``recent_cases`` the cases of all places within
    the longest window, ``zones`` the number of zones.
    """

    clusters: tuple[ScanCluster, ...]
    replicate_maxima: Floats
    recent_cases: int
    zones: int


@dataclass(frozen=True, eq=False)
class Expectation:
    """What is expected of each place in its last 1, 2 … W periods under H0: ``base`` (places, W).

    ``given_cases`` is the number of cases that H0 holds fixed, 0 where it holds none. Then the ratio of c cases where
    e are expected is ``c log(c/e) + e - c``, else ``c log(c/e) + (C - c) log((C - c)/(C - e))``.
    """

    base: Floats
    given_cases: int


def scanned(
    counts: Whole,
    expectation: Expectation,
    zones: Zones,
    *,
    parameters: ScanParameters,
    draw: Draw,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> ScanResult:
    """Scan ``counts`` (places, W), each place's cases in its last 1, 2 … W periods, and replicates of them.

    ``draw`` gives counts under H0, shape (places, W, BLOCK). The result is the same on 1 and on many ``threads`` (None:
    one per processor). ``advance`` is told how many replicates were finished.
    """
    best = _best_windows(counts, expectation, zones, parameters.minimum_cases)
    maxima = _replicate_maxima(
        expectation, zones, parameters=parameters, draw=draw, rng=rng, threads=threads, advance=advance
    )
    clusters = _clusters(zones, best, maxima, parameters)
    return ScanResult(clusters, maxima, int(counts[:, -1].sum()), len(zones))


def windows(by_period: NDArray[Any], max_duration: int) -> NDArray[Any]:
    """Sums over the last 1, 2 … ``max_duration`` periods of ``by_period`` (places, periods, …), same further axes."""
    return np.cumsum(by_period[:, ::-1][:, :max_duration], axis=1)


def counted(cell: NDArray[np.int64], places: int, slots: int) -> Whole:
    """Counts (places, slots - 1, BLOCK) of cases at ``cell`` (BLOCK, cases) = place · slots + periods back, summed up.

    The last slot holds what lies before every window and is left out.
    """
    flat = cell * BLOCK + np.arange(BLOCK)[:, np.newaxis]
    counts = np.bincount(flat.ravel(), minlength=places * slots * BLOCK).reshape(places, slots, BLOCK)
    return np.cumsum(counts[:, :-1], axis=1)


def monte_carlo_p(statistic: float, maxima: Floats) -> float:
    """(1 + number of ``maxima`` at least as large) / (1 + number of maxima): Dwass (1957), ties against significance.

    >>> monte_carlo_p(5.0, np.array([1.0, 5.0, 2.0]))
    0.5
    """
    return float((1 + np.count_nonzero(maxima >= statistic - TIE * max(1.0, statistic))) / (1 + len(maxima)))


def gumbel_p(statistic: float, maxima: Floats) -> float:
    """p of ``statistic`` from a Gumbel distribution with the mean and spread of ``maxima``; NaN for fewer than 99.

    An approximation for p below what the replicates can show. Abrams, A. M., Kleinman, K. & Kulldorff, M. (2010).
    Gumbel based p-value approximations for spatial scan statistics. *International Journal of Health Geographics*, 9,
    61.
    """
    spread = float(maxima.std(ddof=1)) if len(maxima) >= GUMBEL_REPLICATES else 0.0
    if spread == 0:
        return float("nan")
    scale = spread * np.sqrt(6) / np.pi
    return float(-np.expm1(-np.exp(-(statistic - maxima.mean() + EULER * scale) / scale)))


def log_likelihood_ratio(observed: Floats, expected: Floats, given_cases: int) -> Floats:
    """The ratio of `Expectation`, 0 where ``observed`` does not exceed ``expected``; both of the same shape.

    >>> log_likelihood_ratio(np.array([43.0]), np.array([20.658530631]), 0).round(6).tolist()
    [9.180617]
    """
    above = observed > expected
    o, e = np.where(above, observed, 1.0), np.where(above, expected, 1.0)
    if given_cases == 0:
        return np.where(above, o * np.log(o / e) + e - o, 0.0)
    rest, rest_expected = given_cases - o, np.maximum(given_cases - e, 0.0)
    outside = xlogy(rest, np.divide(rest, rest_expected, out=np.ones_like(rest), where=rest > 0))
    return np.where(above, o * np.log(o / e) + outside, 0.0)


@dataclass(frozen=True, eq=False)
class _BestWindows:
    """Of each zone (m) the largest ratio, the shortest duration that reaches it, cases and expected cases."""

    statistic: Floats
    duration: NDArray[np.int64]
    observed: NDArray[np.int64]
    expected: Floats


def _best_windows(counts: Whole, expectation: Expectation, zones: Zones, minimum_cases: int) -> _BestWindows:
    table = _table(int(counts[:, -1].sum()), expectation.given_cases)
    statistic, duration, observed, expected = _zone_maxima(
        counts.astype(np.int64),
        expectation.base,
        zones.place,
        zones.start,
        expectation.given_cases,
        minimum_cases,
        table,
    )
    exact = log_likelihood_ratio(observed.astype(np.float64), expected, expectation.given_cases)
    return _BestWindows(np.where(zones.complete & (statistic > 0), exact, 0.0), duration, observed, expected)


def _clusters(zones: Zones, best: _BestWindows, maxima: Floats, parameters: ScanParameters) -> tuple[ScanCluster, ...]:
    clusters: list[ScanCluster] = []
    taken = np.zeros(zones.places, dtype=np.bool_)
    size = zones.size()
    left = best.statistic.copy()
    while len(clusters) < parameters.max_clusters and left.max() > 0:
        equal = np.flatnonzero(left >= left.max() - TIE)
        # Of equal zones the smallest: what a further place without cases adds is only area.
        zone = int(equal[np.lexsort((equal, best.duration[equal], size[equal]))[0]])
        clusters.append(_cluster(zones, zone, best, maxima, parameters.interval_days))
        taken[zones.members(zone)] = True
        left[zones.touching(taken)] = 0
    return tuple(clusters)


def _cluster(zones: Zones, zone: int, best: _BestWindows, maxima: Floats, interval_days: float) -> ScanCluster:
    statistic = float(best.statistic[zone])
    p = monte_carlo_p(statistic, maxima)
    return ScanCluster(
        places=zones.members(zone),
        radius_m=float(zones.radius_m[zone]),
        duration=int(best.duration[zone]),
        observed=int(best.observed[zone]),
        expected=float(best.expected[zone]),
        statistic=statistic,
        p=p,
        recurrence_days=interval_days / p,
        gumbel_p=gumbel_p(statistic, maxima),
    )


def _replicate_maxima(
    expectation: Expectation,
    zones: Zones,
    *,
    parameters: ScanParameters,
    draw: Draw,
    rng: np.random.Generator,
    threads: int | None,
    advance: Callable[[int], None] | None,
) -> Floats:
    chains = _informative(zones, expectation.base)
    # The smallest zones first: ratios found there spare most of the others the logarithm.
    passes = (_first_entries(*chains), chains)

    def scan_block(stream: np.random.Generator) -> Floats:
        counts = draw(stream)
        most = int(counts[:, -1].sum(axis=0).max())
        whole = np.ascontiguousarray(counts, dtype=np.int16 if most <= np.iinfo(np.int16).max else np.int32)
        table = _table(most, expectation.given_cases)
        best = np.zeros(BLOCK)
        for part in passes:
            _block_maxima(
                whole, expectation.base, *part, expectation.given_cases, parameters.minimum_cases, table, best
            )
        if advance is not None:
            advance(BLOCK)
        return best

    # A stream per block and blocks of one size: which thread scans a block changes nothing in it.
    streams = rng.spawn(-(-parameters.replicates // BLOCK))
    with ThreadPoolExecutor(threads or os.cpu_count()) as pool:
        found = list(pool.map(scan_block, streams))
    return np.concatenate(found)[: parameters.replicates]


def _informative(zones: Zones, base: Floats) -> Chains:
    """The chains without the places of which nothing is expected: they never have a case and change no ratio."""
    kept = base[zones.place, -1] > 0
    if kept.all() or not zones.complete.all():
        return zones.place, zones.start, zones.complete
    before = np.append(0, np.cumsum(kept))
    return zones.place[kept], before[zones.start], zones.complete[kept]


def _first_entries(place: NDArray[np.int32], start: NDArray[np.int64], complete: NDArray[np.bool_]) -> Chains:
    """The first two entries of every chain."""
    kept = np.arange(len(place)) - np.repeat(start[:-1], np.diff(start)) < 2
    return place[kept], np.append(0, np.cumsum(kept))[start], complete[kept]


def _table(most: int, given_cases: int) -> Floats:
    """The part of the ratio that depends on the count alone, for 0 … ``most`` cases."""
    c = np.arange(most + 1, dtype=np.float64)
    if given_cases == 0:
        return np.asarray(xlogy(c, c) - c)
    rest = np.maximum(given_cases - c, 0.0)
    return np.asarray(xlogy(c, c) + xlog1py(rest, np.where(rest > 0, -c / given_cases, 0.0)))


@compiled
def _block_maxima(  # noqa: PLR0917 - compiled functions take arrays and numbers only
    counts: Whole,
    base: Floats,
    place: NDArray[np.int32],
    start: NDArray[np.int64],
    complete: NDArray[np.bool_],
    given_cases: int,
    minimum_cases: int,
    table: Floats,
    best: Floats,
) -> None:
    """Raise ``best`` (BLOCK) to the largest ratio of each replicate of ``counts`` (places, W, BLOCK)."""
    durations = counts.shape[1]
    largest = len(table) - 1
    inside = np.zeros((durations, BLOCK), counts.dtype)
    expected = np.zeros(durations)
    weakest = best.min()
    for chain in range(len(start) - 1):
        inside[:] = 0
        expected[:] = 0
        for entry in range(start[chain], start[chain + 1]):
            added = place[entry]
            for w in range(durations):
                expected[w] += base[added, w]
                e = expected[w]
                beaten = _count_too_low(e, weakest, given_cases)
                beaten = min(max(beaten, minimum_cases - 1), largest) if complete[entry] else largest
                if not _added(inside, w, counts, added, beaten):
                    continue
                outside = np.log1p(-e / given_cases) if given_cases > 0 else 0.0
                slope = np.log(e) - outside
                offset = given_cases * outside if given_cases > 0 else -e
                while beaten < largest and table[beaten + 1] - (beaten + 1) * slope - offset <= weakest:
                    beaten += 1
                if _raised(best, inside[w], beaten, table, slope, offset, weakest):
                    weakest = best.min()


@compiled
def _count_too_low(e: float, weakest: float, given_cases: int) -> int:
    """A count up to which the ratio is at most ``weakest``, without a logarithm.

    With g = c - e the ratio is at most ``g² (1 / (2 e) + 1 / (C - e))``, or ``g² / (2 e)`` where no C is given: by
    ``(1 + u) log(1 + u) - u <= u² / 2`` for u >= 0 and ``(1 - v) log(1 - v) + v <= v²`` for 0 <= v <= 1.
    """
    room = 1.0 if given_cases == 0 else max(given_cases - e, 0.0) / (given_cases + e)
    return int(e + np.sqrt(2 * e * weakest * room))


@compiled
def _added(inside: Whole, w: int, counts: Whole, place: int, beaten: int) -> bool:
    """Add a place's ``counts``; whether any count inside is now above ``beaten``, by the sign of the difference."""
    kind = inside.dtype.type
    limit = kind(beaten)
    above = kind(0)
    for b in range(BLOCK):
        count = kind(inside[w, b] + counts[place, w, b])
        inside[w, b] = count
        above |= kind(limit - count)
    return bool(above < 0)


@compiled
def _raised(  # noqa: PLR0917
    best: Floats, inside: Whole, beaten: int, table: Floats, slope: float, offset: float, weakest: float
) -> bool:
    """Raise ``best`` where ``inside`` gives more; whether one of the weakest was raised."""
    raised = False
    for b in range(BLOCK):
        c = inside[b]
        if c > beaten:
            ratio = table[c] - c * slope - offset
            if ratio > best[b]:
                raised |= best[b] == weakest
                best[b] = ratio
    return raised


@compiled
def _zone_maxima(  # noqa: PLR0917
    counts: Whole,
    base: Floats,
    place: NDArray[np.int32],
    start: NDArray[np.int64],
    given_cases: int,
    minimum_cases: int,
    table: Floats,
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], Floats]:
    """Of each entry (m) the largest ratio over durations, the shortest that reaches it, cases, expected cases."""
    durations = counts.shape[1]
    ratio = np.zeros(len(place))
    duration = np.ones(len(place), np.int64)
    cases = np.zeros(len(place), np.int64)
    expectation = np.zeros(len(place))
    inside = np.zeros(durations, np.int64)
    expected = np.zeros(durations)
    for chain in range(len(start) - 1):
        inside[:] = 0
        expected[:] = 0
        for entry in range(start[chain], start[chain + 1]):
            for w in range(durations):
                inside[w] += counts[place[entry], w]
                expected[w] += base[place[entry], w]
                c, e = inside[w], expected[w]
                if c <= e or c < minimum_cases:
                    continue
                found = table[c] - c * np.log(e)
                if given_cases == 0:
                    found += e
                else:
                    found -= (given_cases - c) * np.log1p(-e / given_cases)
                if found > ratio[entry] + TIE:
                    ratio[entry] = found
                    duration[entry] = w + 1
                    cases[entry] = c
                    expectation[entry] = e
    return ratio, duration, cases, expectation
