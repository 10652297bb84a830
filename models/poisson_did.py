"""Poisson difference-in-differences: how the treated areas' rate changed beside that of their controls.

Log-linear model of counts per area and period with an effect of every area, of every period, and of treatment
after the start. Its maximum likelihood estimate is the ratio of ratios of the four sums (treated, control) x
(before, after), whatever the number of areas and periods: given the total of a period, the treated areas' part of
it is binomial with one share before and one after. So nothing is fitted by iteration. What several areas and
periods add is the dispersion around the model (quasi-Poisson; McCullagh, P. & Nelder, J. A. 1989, *Generalized
Linear Models*, 2nd ed., sections 6.2.3 and 9.2).

None of the sums may be zero, and where one of them is small the test is too cautious (it rejected a true H0 in 2 %
of simulated tables at three incidents in a sum). `models.net_rate_ratio` has the same ratio with Fisher's exact test
and interval.
"""

from dataclasses import dataclass
from math import exp, log, sqrt

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri, stdtr, stdtrit

from geo.errors import PlainError
from models.dispersion import MIN_MEAN, POISSON, Dispersion
from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
NAMES = ("the treated areas before", "the treated areas after", "the controls before", "the controls after")


class DidError(PlainError, ValueError):
    """Too few incidents or periods for a difference-in-differences."""


@dataclass(frozen=True)
class PoissonDid:
    """``ratio`` of the two changes, below 1 where the treated areas fell beside their controls, with its interval.

    ``standard_error`` is that of the log of the ratio. H0 of the two-sided ``p``: the ratio is 1; normal
    distribution, or Student's t where the dispersion was estimated.
    """

    ratio: float
    lower: float
    upper: float
    standard_error: float
    z: float
    p: float
    dispersion: Dispersion


def poisson_did(
    counts: Floats, *, treated: Flags, periods_before: int, overdispersed: bool = False, confidence: float = 0.95
) -> PoissonDid:
    """Difference-in-differences of ``counts`` (areas, periods), the first ``periods_before`` before the start.

    ``treated`` (areas) says which areas were treated; the others are the controls. ``log ratio`` has the variance
    ``sum 1 / n`` over the four sums, times the dispersion factor with ``overdispersed``: Pearson's chi-square
    around the model over its degrees of freedom, (areas - 1) (periods - 1) - 1, and at least 1. Periods may differ
    in length, as every period has its own effect. Counts may be fractional.

    Raises `ParameterError` for shapes that do not fit and negative counts, `DidError` where one of the four sums
    is zero, or where areas, periods or incidents are too few for a dispersion.

    >>> did = poisson_did(np.array([[20, 10.0], [40, 50]]), treated=np.array([True, False]), periods_before=1)
    >>> round(did.ratio, 3), round(did.lower, 3), round(did.upper, 3), round(did.p, 4)
    (0.4, 0.168, 0.95, 0.038)
    """
    require_share("confidence", confidence)
    _refuse_shapes(counts, treated, periods_before)
    sums = _sums(counts, treated, periods_before)
    if not sums.all():
        empty = NAMES[int(np.flatnonzero(sums.ravel() == 0)[0])]
        raise DidError(f"a ratio of ratios needs incidents in all four sums, found none of {empty}")
    (before, after), (control_before, control_after) = sums.tolist()
    spread = _dispersion(counts, treated, periods_before) if overdispersed else POISSON
    log_ratio = log(after) - log(before) - log(control_after) + log(control_before)
    error = sqrt(float((1 / sums).sum()) * spread.factor)
    degrees, upper_tail = spread.degrees_of_freedom, (1 + confidence) / 2
    reach = error * float(ndtri(upper_tail) if degrees is None else stdtrit(degrees, upper_tail))
    z = log_ratio / error
    tail = float(ndtr(-abs(z)) if degrees is None else stdtr(degrees, -abs(z)))
    return PoissonDid(exp(log_ratio), exp(log_ratio - reach), exp(log_ratio + reach), error, z, 2 * tail, spread)


def did_z(before: Floats, after: Floats) -> float:
    """Log ratio of ratios over its standard error, from sums per area (areas), the first of them the treated one.

    Half an incident is added to each of the four sums (Haldane, J. B. S. 1956, *Annals of Human Genetics*, 20,
    309-311), so that it is defined for all: a statistic to rank among placebos (`models.placebo`).
    """
    sums = np.array([before[0], after[0], before[1:].sum(), after[1:].sum()]) + 0.5
    log_ratio = np.log(sums) @ np.array([-1.0, 1.0, 1.0, -1.0])
    return float(log_ratio / np.sqrt((1 / sums).sum()))


def _sums(counts: Floats, treated: Flags, periods_before: int) -> Floats:
    """(treated, controls) x (before, after)."""
    groups = np.stack([counts[treated].sum(axis=0), counts[~treated].sum(axis=0)])
    return np.stack([groups[:, :periods_before].sum(axis=1), groups[:, periods_before:].sum(axis=1)], axis=1)


def _dispersion(counts: Floats, treated: Flags, periods_before: int) -> Dispersion:
    areas, periods = counts.shape
    degrees = (areas - 1) * (periods - 1) - 1
    if degrees < 1:
        raise DidError(f"a dispersion needs more than two areas or periods, found {areas} areas and {periods} periods")
    if counts.mean() < MIN_MEAN:
        raise DidError(
            f"a dispersion needs {MIN_MEAN:g} incident per area and period on average, found {counts.mean():.2g}: "
            "take longer periods"
        )
    fitted = _fitted(counts, treated, periods_before)
    residual = np.divide((counts - fitted) ** 2, fitted, out=np.zeros_like(fitted), where=fitted > 0)
    return Dispersion(max(1.0, float(residual.sum()) / degrees), degrees)


def _fitted(counts: Floats, treated: Flags, periods_before: int) -> Floats:
    """Expected counts: a period's total, times the treated part of its side, times an area's part of its group."""
    sums = _sums(counts, treated, periods_before)
    group_part = sums / sums.sum(axis=0)
    side = (np.arange(counts.shape[1]) >= periods_before).astype(np.intp)
    group = np.where(treated, 0, 1)
    own = counts.sum(axis=1) / sums.sum(axis=1)[group]
    fitted: Floats = counts.sum(axis=0) * group_part[group][:, side] * own[:, None]
    return fitted


def _refuse_shapes(counts: Floats, treated: Flags, periods_before: int) -> None:
    require_whole("periods_before", periods_before, at_least=1)
    areas, periods = counts.shape
    if periods <= periods_before:
        raise ParameterError(f"periods_before must be less than the {periods} periods given, found {periods_before}")
    if treated.shape != (areas,):
        raise ParameterError(f"treated must have shape ({areas},) as counts has {areas} areas, found {treated.shape}")
    if treated.all() or not treated.any():
        raise ParameterError("treated must name some areas and leave some as controls")
    if not counts.min() >= 0:
        raise ParameterError(f"counts must not be negative, found {counts.min():g}")
