"""Weighted displacement difference: what an area and its surroundings changed beyond their controls.

Wheeler, A. P. & Ratcliffe, J. H. (2018). A simple weighted displacement difference test to evaluate place
based crime interventions. *Crime Science*, 7, 11. Periods of unequal length, areas of unequal size and harm are
weighted as Wheeler's R package ptools 2.0.0 does (``wdd``, ``wdd_harm``).

The interval and p rest on the normal approximation. `Wdd.effective_incidents` says whether that may be trusted:
below `MIN_EFFECTIVE_INCIDENTS` it rejects a true H0 too often, and `models.wdd_small_counts` has a p-value that
does not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from models.dispersion import POISSON, Dispersion
from models.parameter_limits import ParameterError, require_number, require_share, require_whole

Counts = tuple[float, float]
FourAreas = tuple[float, float, float, float]
Floats = NDArray[np.float64]

# With fewer, a two-sided test at 5 % rejected a true H0 in up to 14 % of simulated tables whose counts have very
# unequal weights; from here on in 4.9 to 5.4 %.
MIN_EFFECTIVE_INCIDENTS = 30.0
BAND_DRAWS = 4_000


@dataclass(frozen=True)
class Wdd:
    """Incidents; negative ``estimate`` means fewer than the controls let expect.

    ``lower`` and ``upper`` bound the interval. H0 of the two-sided ``p``: the true difference is zero; counts
    are Poisson (times the dispersion), normal approximation. ``effective_incidents`` is how many incidents of
    equal weight would be as far from normal as these if no area changed: ``(sum N w²)² / sum N w⁴`` with N the
    incidents of an area in both periods, times ``r / (1 - r + r²)`` with r days after / days before. (What was
    counted after would not do: a short period without incidents looks certain.)
    """

    estimate: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p: float
    effective_incidents: float

    @property
    def enough(self) -> bool:
        """Whether interval and p keep what they promise."""
        return self.effective_incidents >= MIN_EFFECTIVE_INCIDENTS


@dataclass(frozen=True)
class WeightedCounts:
    """Independent ``counts`` with their signed ``weights``, 8 for each type; the WDD is the sum of their products.

    Order, type by type: treated before, after; control before, after; displaced before, after; displaced control
    before, after.
    """

    # Tuples, as sums of eight numbers take arrays five times as long.
    counts: tuple[float, ...]
    weights: tuple[float, ...]

    @classmethod
    def of(
        cls,
        treated: Counts,
        control: Counts,
        displaced: Counts = (0, 0),
        displaced_control: Counts = (0, 0),
        *,
        weights: FourAreas = (1, 1, 1, 1),
        area_sizes: FourAreas = (1, 1, 1, 1),
        days: Counts = (1, 1),
    ) -> Self:
        """Counts and weights of `wdd`, which says what they mean."""
        counts = (*treated, *control, *displaced, *displaced_control)
        for count in counts:
            if not 0 <= count < inf:
                raise ParameterError(f"counts must be finite and must not be negative, found {count}")
        for weight, size in zip(weights, area_sizes, strict=True):
            require_number("weights", weight, at_least=0)
            require_number("area_sizes", size, above=0)
        for length in days:
            require_number("days", length, above=0)
        signed = (sign * w / size for sign, w, size in zip((1, -1, 1, -1), weights, area_sizes, strict=True))
        longer = days[1] / days[0]
        return cls(counts, tuple(part for weight in signed for part in (-weight * longer, weight)))


@dataclass(frozen=True)
class WddParts:
    """The treated area beside its control, the displacement area beside its own, and both together."""

    local: Wdd
    displacement: Wdd
    total: Wdd


@dataclass(frozen=True, eq=False)
class RunningWdd:
    """The WDD after the first, the first two, … periods, each float64 (periods).

    ``lower`` and ``upper`` hold for one period that was chosen beforehand. ``band_lower`` and ``band_upper`` hold
    for all of them together, however often the series was looked at: under H0 the whole band holds zero with the
    confidence asked for (one simulated series of twelve weeks in six left the single intervals at least once). Both
    keep that only where there are `enough` incidents: in quiet areas not yet in the first periods.
    """

    estimate: Floats
    standard_error: Floats
    lower: Floats
    upper: Floats
    band_lower: Floats
    band_upper: Floats
    effective_incidents: Floats

    @property
    def enough(self) -> NDArray[np.bool_]:
        """Whether interval and band keep what they promise, (periods)."""
        return self.effective_incidents >= MIN_EFFECTIVE_INCIDENTS

    @property
    def outside(self) -> NDArray[np.bool_]:
        """Whether there are enough incidents and the band leaves zero out, (periods)."""
        return self.enough & ((self.band_lower > 0) | (self.band_upper < 0))


def wdd(
    treated: Counts,
    control: Counts,
    displaced: Counts = (0, 0),
    displaced_control: Counts = (0, 0),
    *,
    weights: FourAreas = (1, 1, 1, 1),
    area_sizes: FourAreas = (1, 1, 1, 1),
    days: Counts = (1, 1),
    dispersion: Dispersion = POISSON,
    confidence: float = 0.95,
) -> Wdd:
    """WDD of (before, after) counts in the treated, control, displacement and displacement control areas.

    ``(dT wT - dC wC) + (dD wD - dDC wDC)`` with d = after - before; its variance is the sum of all eight
    counts, each times its squared weight, times the factor of ``dispersion``. ``weights`` are in the order of the
    areas. ``area_sizes``: counts are divided by them, so that the WDD is in incidents per unit of area. ``days``
    (before, after): a count before is scaled to the length of the period after. Counts may be fractional.

    Raises `ParameterError` for a negative count or weight, a size or length that is not positive, or a
    confidence outside 0-1.

    >>> found = wdd((207, 110), (308, 318), (178, 157), (150, 140))
    >>> found.estimate, round(found.standard_error, 3)
    (-118.0, 39.598)
    >>> found = wdd((80, 20), (100, 50), days=(730, 365))
    >>> found.estimate, round(found.standard_error**2, 6)
    (-20.0, 115.0)
    """
    cells = WeightedCounts.of(
        treated, control, displaced, displaced_control, weights=weights, area_sizes=area_sizes, days=days
    )
    return wdd_of(cells, dispersion=dispersion, confidence=confidence)


def wdd_of(cells: WeightedCounts, *, dispersion: Dispersion = POISSON, confidence: float = 0.95) -> Wdd:
    """WDD of counts that have their weights.

    Raises `ParameterError` for a confidence outside 0-1.
    """
    estimate = variance = unchanged = fourth = 0.0
    for before, after, minus, weight in _areas_of(cells):
        estimate += weight * after + minus * before
        variance += weight * weight * after + minus * minus * before
        longer = -minus / weight if weight else 1.0
        unchanged += (before + after) * weight**2 * longer
        fourth += (before + after) * weight**4 * longer * (1 - longer + longer**2)
    effective = unchanged**2 / fourth if fourth else 0.0
    return _wdd(estimate, variance, effective, dispersion, confidence)


def wdd_parts(cells: WeightedCounts, *, dispersion: Dispersion = POISSON, confidence: float = 0.95) -> WddParts:
    """The two halves of a WDD and their sum.

    >>> parts = wdd_parts(WeightedCounts.of((207, 110), (308, 318), (178, 157), (150, 140)))
    >>> parts.local.estimate, parts.displacement.estimate, parts.total.estimate
    (-107.0, -11.0, -118.0)
    """
    local, displacement = (
        WeightedCounts(_of_half(cells.counts, first), _of_half(cells.weights, first)) for first in (0, 4)
    )
    return WddParts(
        *(wdd_of(part, dispersion=dispersion, confidence=confidence) for part in (local, displacement, cells))
    )


def with_harm(types: Sequence[WeightedCounts], harm: Sequence[float]) -> WeightedCounts:
    """The cells of several crime types as those of one WDD, an incident of type i counting ``harm[i]``.

    The estimate is ``sum harm_i WDD_i``, its variance ``sum harm_i² variance_i``: the types are taken as
    independent, and many small harms say more than a few great ones of the same sum.

    Raises `ParameterError` where there is not one harm, zero or more, for each type.

    >>> robbery, burglary, theft = ((20, 10), (20, 20)), ((25, 20), (30, 30)), ((70, 20), (80, 60))
    >>> types = [WeightedCounts.of(*areas) for areas in (robbery, burglary, theft)]
    >>> wdd_of(with_harm(types, (10, 5, 1))).estimate
    -155.0
    """
    if not types or len(harm) != len(types):
        raise ParameterError(f"harm needs one number for each of {len(types)} crime types, found {len(harm)}")
    for value in harm:
        require_number("harm", value, at_least=0)
    return WeightedCounts(
        tuple(count for cells in types for count in cells.counts),
        tuple(weight * value for cells, value in zip(types, harm, strict=True) for weight in cells.weights),
    )


def running_wdd(
    treated: Floats,
    control: Floats,
    displaced: Floats | None = None,
    displaced_control: Floats | None = None,
    *,
    periods_before: int,
    rng: np.random.Generator,
    dispersion: Dispersion = POISSON,
    confidence: float = 0.95,
) -> RunningWdd:
    """The WDD as it grows: counts per period (periods) of the four areas, the first ``periods_before`` before.

    Entry k is `wdd` of all m periods before and the first k after with ``days=(m, k)``: incidents in k periods.
    The band is as many standard errors wide as the largest of `BAND_DRAWS` drawn series strays, normal steps with
    the variances of the periods and one error of the mean before for all of them.

    Raises `ParameterError` for series of unequal length, a negative count, or no period before or after.

    >>> treated, control = np.array([10, 10, 5, 4.0]), np.array([8, 8, 8, 8.0])
    >>> running_wdd(treated, control, periods_before=2, rng=np.random.default_rng(1)).estimate.tolist()
    [-5.0, -11.0]
    """
    given = (treated, control, displaced, displaced_control)
    series = _series(given, len(treated), periods_before)
    require_share("confidence", confidence)
    before, after = series[:, :periods_before], series[:, periods_before:]
    sign, k = np.array([1.0, -1.0, 1.0, -1.0]), np.arange(1, after.shape[1] + 1)
    estimate = sign @ after.cumsum(axis=1) - k * (sign @ before.sum(axis=1)) / periods_before
    of_period, of_mean = after.sum(axis=0), before.sum() / periods_before**2
    variance = of_period.cumsum() + k**2 * of_mean
    longer = k / periods_before
    effective = (before.sum() + of_period.cumsum()) * longer / (1 - longer + longer**2)
    error = np.sqrt(variance * dispersion.factor)
    reach = _quantile(confidence, dispersion) * error
    band = _farthest(of_period, float(of_mean), rng, dispersion, confidence) * error
    return RunningWdd(estimate, error, estimate - reach, estimate + reach, estimate - band, estimate + band, effective)


def wdd_z(before: Floats, after: Floats) -> float:
    """z of the WDD from sums per area (areas), the first of them treated, over periods of equal length.

    The controls' sum is scaled to the treated area by all their incidents, so that a control of any size will do:
    a statistic to rank among placebos (`models.placebo`).
    """
    own, control = float(before[0] + after[0]), float(before[1:].sum() + after[1:].sum())
    weights = (1.0, own / control if control else 0.0, 0.0, 0.0)
    treated = (float(before[0]), float(after[0]))
    return wdd(treated, (float(before[1:].sum()), float(after[1:].sum())), weights=weights).z


def wdd_shared_control(
    treated: Counts,
    displaced: Counts,
    control: Counts,
    *,
    treated_scale: float,
    displaced_scale: float,
    before_periods: int = 1,
    confidence: float = 0.95,
) -> Wdd:
    """WDD where one control serves both the treated and the displacement area.

    ``(dT - sT dC) + (dD - sD dC)``, the scales sT and sD being how large each area is beside the control, taken
    as known. A "before" count is the sum over ``before_periods`` m periods as long as the one after and enters
    as its mean, so the variance is ``T1 + D1 + (sT + sD)² C1 + (T0 + D0 + (sT + sD)² C0) / m²``: the control's
    change is one and the same in both brackets.

    Raises `ParameterError` for a negative count or scale, or ``before_periods`` below 1.
    """
    require_number("treated_scale", treated_scale, at_least=0)
    require_number("displaced_scale", displaced_scale, at_least=0)
    require_whole("before_periods", before_periods, at_least=1)
    return wdd(
        treated,
        control,
        displaced,
        weights=(1, treated_scale + displaced_scale, 1, 1),
        days=(before_periods, 1),
        confidence=confidence,
    )


def _wdd(estimate: float, variance: float, effective: float, dispersion: Dispersion, confidence: float) -> Wdd:
    require_share("confidence", confidence)
    error = sqrt(variance * dispersion.factor)
    reach = _quantile(confidence, dispersion) * error
    z = estimate / error if error else 0.0
    degrees = dispersion.degrees_of_freedom
    tail = float(ndtr(-abs(z)) if degrees is None else stdtr(degrees, -abs(z)))
    return Wdd(estimate, error, estimate - reach, estimate + reach, z, 2 * tail, effective)


def _areas_of(cells: WeightedCounts) -> Iterator[tuple[float, float, float, float]]:
    """Count before and after, weight before and after, of each area and type."""
    counts, weights = cells.counts, cells.weights
    return zip(counts[::2], counts[1::2], weights[::2], weights[1::2], strict=True)


def _of_half(values: tuple[float, ...], first: int) -> tuple[float, ...]:
    """The four values from ``first`` on of every type's eight."""
    return tuple(value for i, value in enumerate(values) if i % 8 - first in range(4))


def _quantile(confidence: float, dispersion: Dispersion) -> float:
    upper = (1 + confidence) / 2
    if dispersion.degrees_of_freedom is None:
        return float(ndtri(upper))
    return float(stdtrit(dispersion.degrees_of_freedom, upper))


def _farthest(
    of_period: Floats, of_mean: float, rng: np.random.Generator, dispersion: Dispersion, confidence: float
) -> float:
    """How many standard errors a running WDD strays from zero by chance, at the ``confidence`` quantile."""
    steps = rng.standard_normal((BAND_DRAWS, len(of_period))) * np.sqrt(of_period)
    k = np.arange(1, len(of_period) + 1)
    drift = rng.standard_normal((BAND_DRAWS, 1)) * np.sqrt(of_mean)
    error = np.sqrt(of_period.cumsum() + k**2 * of_mean)
    away = np.abs(steps.cumsum(axis=1) - k * drift)
    farthest = np.divide(away, error, out=np.zeros_like(away), where=error > 0).max(axis=1)
    if dispersion.degrees_of_freedom is not None:
        degrees = dispersion.degrees_of_freedom
        farthest /= np.sqrt(rng.chisquare(degrees, BAND_DRAWS) / degrees)
    # Drawing must not make the band narrower than that of a single look.
    return max(float(np.quantile(farthest, confidence)), _quantile(confidence, dispersion))


def _series(given: Sequence[Floats | None], periods: int, periods_before: int) -> Floats:
    """The four areas' counts, (4, periods); zero where there is no such area."""
    require_whole("periods_before", periods_before, at_least=1)
    rows = [np.zeros(periods) if row is None else np.asarray(row, dtype=np.float64) for row in given]
    lengths = sorted({len(row) for row in rows})
    if len(lengths) > 1:
        raise ParameterError(f"all areas need as many periods, found {lengths[0]} and {lengths[-1]}")
    if periods <= periods_before:
        raise ParameterError(f"periods_before must be less than the {periods} periods given, found {periods_before}")
    series = np.stack(rows)
    if not series.min() >= 0:
        raise ParameterError(f"counts must not be negative, found {series.min():g}")
    return series
