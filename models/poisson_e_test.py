"""E-test: do two Poisson counts come from the same rate?

Krishnamoorthy, K. & Thomson, J. (2004). A more powerful test for comparing two Poisson means. *Journal of Statistical
Planning and Inference*, 119, 23-35, whose statistic is Wald's; with the score statistic: Ng, H. K. T., Gu, K. & Tang,
M. L. (2007). *Computational Statistics & Data Analysis*, 51, 3085-3099.

With counts a before and b after and r the exposure after over that before:

- Wald: ``t = (b - r a) / sqrt(b + r² a)``;
- score: ``t = (b - r a) / sqrt(r (a + b))``; with r = 1 the two are one.

p is the chance of a statistic at least as far from 0 when both counts are Poisson with the rate that is the most
likely one if there is only one, (a + b) over both exposures. That rate is estimated: p is not exact, and its size can
exceed the level by little. The *C-test* of the same question (exact, given the sum of both counts, and more cautious)
is `models.rate_ratio`.
"""

from dataclasses import dataclass
from math import sqrt
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, pdtr, pdtrc, xlogy

from models.parameter_limits import ParameterError, require_number

Floats = NDArray[np.float64]
Statistic = Literal["score", "wald"]

# Standard deviations, and incidents beside them, beyond which no count before is looked at: a chance of 1e-14.
REACH, BESIDE = 8.0, 30.0
# Counts nearer than this are equal, and equal statistics count as at least as far.
TIE = 1e-7


@dataclass(frozen=True)
class PoissonETest:
    """``statistic`` names the formula of ``z``, the t of the module; above 0 where the rate rose.

    H0 of the two-sided ``p``: both rates are equal. ``p_rise`` and ``p_fall`` are one-sided, of H0 that the rate did
    not rise, or did not fall. ``normal_p`` takes z for a normal variable; it decides nothing.
    """

    statistic: Statistic
    z: float
    p: float
    p_rise: float
    p_fall: float
    normal_p: float


def poisson_e_test(
    before: float,
    after: float,
    *,
    before_exposure: float = 1.0,
    after_exposure: float = 1.0,
    statistic: Statistic = "score",
) -> PoissonETest:
    """Compare two counts, whole numbers, over their exposures (such as days).

    No incident at all gives p 1. Raises `ParameterError` for counts that are negative or parts of an incident, and
    exposures that are not positive.

    >>> found = poisson_e_test(15, 41, before_exposure=19_017, after_exposure=28_010, statistic="wald")  # Ng et al.
    >>> round(found.z, 4), round(found.p_rise, 4)
    (2.2047, 0.0184)
    """
    for name, count in (("before", before), ("after", after)):
        require_number(name, count, at_least=0)
        if count != int(count):
            raise ParameterError(f"{name} must be a whole number of incidents, found {count:g}")
    require_number("before_exposure", before_exposure, above=0)
    require_number("after_exposure", after_exposure, above=0)
    r = after_exposure / before_exposure
    if before == after == 0:
        return PoissonETest(statistic, 0.0, 1.0, 1.0, 1.0, 1.0)
    z = (after - r * before) / sqrt(r * (before + after) if statistic == "score" else after + r * r * before)
    tails = _Tails((before + after) / (1 + r), r, statistic)
    p = 1.0 if z == 0 else min(1.0, tails.at_least(abs(z)) + tails.at_most(-abs(z)))
    return PoissonETest(statistic, z, p, tails.at_least(z), tails.at_most(z), 2 * float(ndtr(-abs(z))))


class _Tails:
    """Chances of a statistic as high or as low where the count before is Poisson of mean ``expected``.

    The statistic rises with the count after, so that for each count before those beyond a root are as far.
    """

    def __init__(self, expected: float, r: float, statistic: Statistic) -> None:
        reach = REACH * sqrt(expected) + BESIDE
        self._before = np.arange(max(0, int(expected - reach)), int(expected + reach) + 1, dtype=np.float64)
        self._chance = np.exp(xlogy(self._before, expected) - expected - gammaln(self._before + 1))
        self._after, self._r, self._statistic = r * expected, r, statistic
        self._nothing = float(np.exp(-expected - self._after))

    def at_least(self, z: float) -> float:
        first = np.ceil(self._root(z) - TIE)
        beyond = np.where(first > 0, pdtrc(np.maximum(first - 1, 0), self._after), 1.0)
        return float(self._chance @ beyond)

    def at_most(self, z: float) -> float:
        last = np.floor(self._root(z) + TIE)
        beyond = np.where(last >= 0, pdtr(np.maximum(last, 0), self._after), 0.0)
        # Of no incidents at all the statistic is 0, though the root for no incidents before is 0 for every z below 0.
        return max(0.0, float(self._chance @ beyond) - (self._nothing if z < 0 else 0.0))

    def _root(self, z: float) -> Floats:
        """The count after, not a whole number, whose statistic is ``z``: a root of the formula, squared."""
        before, r = self._before, self._r
        spread, share = (r * z * z, 1.0) if self._statistic == "score" else (z * z, r * r)
        reach = np.sqrt(spread * (r + share) * before + spread * spread / 4)
        root: Floats = r * before + spread / 2 + np.sign(z) * reach
        return root
