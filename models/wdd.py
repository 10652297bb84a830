"""Weighted displacement difference: what an area and its surroundings changed beyond their controls.

Wheeler, A. P. & Ratcliffe, J. H. (2018). A simple weighted displacement difference test to evaluate place
based crime interventions. *Crime Science*, 7, 11.
"""

from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtr, ndtri

from models.parameter_limits import ParameterError, require_number, require_share, require_whole

Counts = tuple[float, float]


@dataclass(frozen=True)
class Wdd:
    """Incidents; negative ``estimate`` means fewer than the controls let expect.

    ``lower`` and ``upper`` bound the interval. H0 of the two-sided ``p``: the true difference is zero; counts
    are Poisson, normal approximation.
    """

    estimate: float
    standard_error: float
    lower: float
    upper: float
    z: float
    p: float


def wdd(
    treated: Counts,
    control: Counts,
    displaced: Counts = (0, 0),
    displaced_control: Counts = (0, 0),
    *,
    weights: tuple[float, float, float, float] = (1, 1, 1, 1),
    confidence: float = 0.95,
) -> Wdd:
    """WDD of (before, after) counts in the treated, control, displacement and displacement control areas.

    ``(dT wT - dC wC) + (dD wD - dDC wDC)`` with d = after - before; its variance is the sum of all eight
    counts, each times its squared weight. ``weights`` are in the order of the areas.

    Raises `ParameterError` for a negative count or a confidence outside 0-1.

    >>> found = wdd((207, 110), (308, 318), (178, 157), (150, 140))
    >>> found.estimate, round(found.standard_error, 3)
    (-118, 39.598)
    """
    areas = (treated, control, displaced, displaced_control)
    _refuse_negative(areas)
    signed = (weights[0], -weights[1], weights[2], -weights[3])
    estimate = sum(w * (after - before) for w, (before, after) in zip(signed, areas, strict=True))
    variance = sum(w * w * (after + before) for w, (before, after) in zip(signed, areas, strict=True))
    return _wdd(estimate, variance, confidence)


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
    _refuse_negative((treated, displaced, control))
    require_number("treated_scale", treated_scale, at_least=0)
    require_number("displaced_scale", displaced_scale, at_least=0)
    require_whole("before_periods", before_periods, at_least=1)
    scale = treated_scale + displaced_scale
    before = treated[0] + displaced[0] - scale * control[0]
    after = treated[1] + displaced[1] - scale * control[1]
    variance_before = treated[0] + displaced[0] + scale**2 * control[0]
    variance_after = treated[1] + displaced[1] + scale**2 * control[1]
    return _wdd(after - before / before_periods, variance_after + variance_before / before_periods**2, confidence)


def _wdd(estimate: float, variance: float, confidence: float) -> Wdd:
    require_share("confidence", confidence)
    error = sqrt(variance)
    reach = float(ndtri((1 + confidence) / 2)) * error
    z = estimate / error if error else 0.0
    return Wdd(estimate, error, estimate - reach, estimate + reach, z, float(2 * ndtr(-abs(z))))


def _refuse_negative(areas: tuple[Counts, ...]) -> None:
    lowest = min(count for area in areas for count in area)
    if not lowest >= 0:
        raise ParameterError(f"counts must not be negative, found {lowest}")
