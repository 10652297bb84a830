"""Poisson scans: where the last periods have more cases than expected.

- `scan_expectation`: expected counts are given, from a model of the past. Neill, D. B., Moore, A. W., Sabhnani, M. &
  Daniel, K. (2005). Detection of emerging space-time clusters. *KDD-05*, 218-227.
- `scan_population`: expected counts are given up to a common factor, the number of cases is fixed. Kulldorff, M.
  (1997). A spatial scan statistic. *Communications in Statistics: Theory and Methods*, 26(6), 1481-1496; Kulldorff, M.
  (2001). Prospective time periodic geographical disease surveillance using a scan statistic. *Journal of the Royal
  Statistical Society A*, 164(1), 61-72.
- `scan_own_level`: each place is compared with its own level over the whole period.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.parameter_limits import ParameterError
from models.scan_permutation import MINIMUM_CASES, TooFewCasesError
from models.scan_statistic import BLOCK, Expectation, ScanParameters, ScanResult, Whole, counted, scanned, windows
from models.scan_zones import Zones

Floats = NDArray[np.float64]


def scan_expectation(
    counts: NDArray[np.int64],
    baselines: Floats,
    zones: Zones,
    *,
    parameters: ScanParameters,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> ScanResult:
    """Expectation-based scan of whole ``counts`` (places, periods), ``baselines`` of the same shape expected.

    ``c log(c/b) + b - c`` for c cases above the b expected in zone and window. H0 of p: every count is Poisson with its
    baseline as mean, independently. Baselines estimated from little data carry errors of their own that this p does not
    know of: then use `scan_own_level`. Only the last ``max_duration`` periods are looked at.

    Raises `ParameterError`, also where there are cases and the baseline is 0.

    >>> from models.scan_zones import listed_zones
    >>> counts, baselines = np.array([[1, 2, 9], [2, 1, 2]]), np.full((2, 3), 2.0)
    >>> found = scan_expectation(
    ...     counts, baselines, listed_zones([[0], [1], [0, 1]], 2),
    ...     parameters=ScanParameters(max_duration=3, replicates=99), rng=np.random.default_rng(1),
    ... )
    >>> best = found.clusters[0]
    >>> best.places.tolist(), best.duration, round(best.statistic, 6), best.p
    ([0], 1, 6.536697, 0.01)
    """
    _require_table(counts, baselines, zones, parameters)
    w = parameters.max_duration
    means = baselines[:, ::-1][:, :w, np.newaxis]

    def poisson(stream: np.random.Generator) -> Whole:
        return np.cumsum(stream.poisson(means, (*means.shape[:2], BLOCK)), axis=1)

    expectation = Expectation(windows(baselines, w), 0)
    return scanned(
        windows(counts, w),
        expectation,
        zones,
        parameters=parameters,
        draw=poisson,
        rng=rng,
        threads=threads,
        advance=advance,
    )


def scan_population(
    counts: NDArray[np.int64],
    baselines: Floats,
    zones: Zones,
    *,
    parameters: ScanParameters,
    rng: np.random.Generator,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> ScanResult:
    """Population-based scan of whole ``counts`` (places, periods); ``baselines``, of the same shape, say in proportion
    to what cases come: population, or expected cases adjusted for whatever they should be.

    With m the share of the C cases that zone and window have by their baselines:
    ``c log(c/m) + (C - c) log((C - c)/(C - m))`` for c > m. H0 of p: given their number, the cases are spread over
    places and periods in proportion to the baselines. Raises `ParameterError` and `TooFewCasesError`.
    """
    _require_table(counts, baselines, zones, parameters)
    cases = int(counts.sum())
    _require_cases(cases)
    w = parameters.max_duration
    recent = np.column_stack([baselines[:, ::-1][:, :w], baselines[:, ::-1][:, w:].sum(axis=1)])
    reach = np.cumsum(recent)

    def spread(stream: np.random.Generator) -> Whole:
        cell = _drawn(reach, stream.random((BLOCK, cases)))
        return counted(cell, zones.places, w + 1)

    expectation = Expectation(windows(baselines, w) * (cases / baselines.sum()), cases)
    return scanned(
        windows(counts, w),
        expectation,
        zones,
        parameters=parameters,
        draw=spread,
        rng=rng,
        threads=threads,
        advance=advance,
    )


def scan_own_level(
    counts: NDArray[np.int64],
    zones: Zones,
    *,
    parameters: ScanParameters,
    rng: np.random.Generator,
    period_weight: Floats | None = None,
    threads: int | None = None,
    advance: Callable[[int], None] | None = None,
) -> ScanResult:
    """Scan whole ``counts`` (places, periods) against each place's own level over all periods.

    A place with N cases is expected to have ``N × (share of the periods)`` of them in a window; ``period_weight``
    (periods) are the shares of the periods in a place's cases, all equal unless given. The ratio is that of
    `scan_expectation`. H0 of p: given each place's total, its cases fall on the periods independently by those shares.
    No rate is estimated, so p is exact however few the cases. Unlike the permutation scan it also finds a rise that
    the whole area shares. Raises `ParameterError` and `TooFewCasesError`.

    >>> from models.scan_zones import listed_zones
    >>> counts = np.ones((2, 20), dtype=np.int64)
    >>> counts[:, -1] = 5
    >>> found = scan_own_level(
    ...     counts, listed_zones([[0], [1], [0, 1]], 2),
    ...     parameters=ScanParameters(max_duration=3, replicates=99), rng=np.random.default_rng(1),
    ... )
    >>> best = found.clusters[0]
    >>> sorted(best.places.tolist()), best.duration, best.observed, round(best.expected, 6), best.p
    ([0, 1], 1, 10, 2.4, 0.01)
    """
    weight = np.ones(counts.shape[1]) if period_weight is None else period_weight
    if weight.shape != counts.shape[1:]:
        raise ParameterError(f"period_weight must have shape {counts.shape[1:]}, found {weight.shape}")
    _require_cases(int(counts.sum()))
    of_place = counts.sum(axis=1)
    baselines = np.outer(of_place, weight / weight.sum())
    _require_table(counts, baselines, zones, parameters)
    w = parameters.max_duration
    recent = np.append(weight[::-1][:w], weight[::-1][w:].sum())
    reach = np.cumsum(recent)
    home = np.repeat(np.arange(len(counts)), of_place) * (w + 1)

    def redated(stream: np.random.Generator) -> Whole:
        return counted(home + _drawn(reach, stream.random((BLOCK, len(home)))), zones.places, w + 1)

    expectation = Expectation(windows(baselines, w), 0)
    return scanned(
        windows(counts, w),
        expectation,
        zones,
        parameters=parameters,
        draw=redated,
        rng=rng,
        threads=threads,
        advance=advance,
    )


def _drawn(reach: Floats, uniform: Floats) -> NDArray[np.int64]:
    """Positions drawn in proportion to the steps of ``reach``, the running sum of weights."""
    position: NDArray[np.int64] = np.searchsorted(reach, uniform * reach[-1], side="right").astype(np.int64)
    return position


def _require_table(counts: NDArray[np.int64], baselines: Floats, zones: Zones, parameters: ScanParameters) -> None:
    if counts.ndim != 2 or counts.shape != baselines.shape or len(counts) != zones.places:
        raise ParameterError(
            f"counts and baselines must have a row for each of {zones.places} places and a column for each period, "
            f"found {counts.shape} and {baselines.shape}"
        )
    if not np.issubdtype(counts.dtype, np.integer) or np.any(counts < 0):
        raise ParameterError(
            "counts must be whole cases, 0 or more: give parts of a case to its likeliest period first"
        )
    if not np.all(np.isfinite(baselines)) or np.any(baselines < 0) or baselines.sum() == 0:
        raise ParameterError("baselines must be finite, 0 or more, and not all 0")
    if parameters.max_duration > counts.shape[1]:
        raise ParameterError(
            f"max_duration must be at most the {counts.shape[1]} periods there are, found {parameters.max_duration}"
        )
    impossible = int(np.count_nonzero((counts > 0) & (baselines == 0)))
    if impossible:
        raise ParameterError(f"{impossible} counts are above 0 where the baseline is 0: nothing is expected there")


def _require_cases(cases: int) -> None:
    if cases < MINIMUM_CASES:
        raise TooFewCasesError(f"the scan needs at least {MINIMUM_CASES} incidents in the period, found {cases}")
