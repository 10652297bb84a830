"""Poisson z: do two random counts differ, by the square roots of both?

The root of a Poisson count has nearly the variance 1/4 whatever its mean (Bartlett, M. S. 1936, *Supplement to the
Journal of the Royal Statistical Society*, 3, 68-78), so that of counts a before and b after, r the exposure after over
that before,

    ``z = 2 (sqrt b - sqrt(r a)) / sqrt(1 + r)``,

with equal exposures ``sqrt 2 (sqrt b - sqrt a)``, is nearly normal where both rates are equal. Both counts vary: where
the count before is a certain expectation, the divisor would be 1. The other z in common use is the score statistic
``(b - r a) / sqrt(r (a + b))``, `models.poisson_e_test`, with equal exposures ``(b - a) / sqrt(a + b)``. It is nearer
its level at any count; this one is for where the root is asked for.
"""

from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtr

from geo.errors import PlainError
from models.parameter_limits import require_number

# Summed over all pairs of counts, the two-sided test at 0.05 rejects 0.050 to 0.055 of equal rates from here on, with
# exposures up to 1 to 52; at 5 expected incidents 0.06 to 0.07, at one 0.16 to 0.22.
LEAST_EXPECTED = 20.0


class PoissonZError(PlainError, ValueError):
    """Too few incidents for a normal approximation."""


@dataclass(frozen=True)
class PoissonZ:
    """``z`` of the module, above 0 where the rate rose. H0 of the two-sided normal ``p``: both rates are equal."""

    z: float
    p: float


def poisson_z(before: float, after: float, *, before_exposure: float = 1.0, after_exposure: float = 1.0) -> PoissonZ:
    """z of the roots of two counts over their exposures (such as days); parts of incidents are taken.

    Raises `PoissonZError` where less than 20 incidents are expected in either period with equal rates,
    `ParameterError` for a negative count or an exposure that is not positive.

    >>> found = poisson_z(64, 100)
    >>> round(found.z, 4), round(found.p, 4)
    (2.8284, 0.0047)
    """
    require_number("before", before, at_least=0)
    require_number("after", after, at_least=0)
    require_number("before_exposure", before_exposure, above=0)
    require_number("after_exposure", after_exposure, above=0)
    r = after_exposure / before_exposure
    expected = (before + after) * min(1.0, r) / (1 + r)
    if expected < LEAST_EXPECTED:
        raise PoissonZError(
            f"the z of two counts needs {LEAST_EXPECTED:g} expected incidents in each period, found {expected:.3g}: "
            "take the E-test"
        )
    z = 2 * (sqrt(after) - sqrt(r * before)) / sqrt(1 + r)
    return PoissonZ(z, 2 * float(ndtr(-abs(z))))
