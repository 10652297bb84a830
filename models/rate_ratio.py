"""Rate ratio: how the rate after compares with the rate before, with an exact interval.

Conditionally on their sum n, two Poisson counts are binomial: the later one is Bin(n, s) with s its share of
the exposure if the rates are equal (Przyborowski, J. & Wilenski, H. 1940, *Biometrika*, 31, 313-323). The
interval is that of Clopper, C. J. & Pearson, E. S. (1934), *Biometrika*, 26, 404-413, for the share, turned
into a ratio. Tails are incomplete beta functions, which also take the fractional counts of uncertain times.
"""

from dataclasses import dataclass
from math import inf, nan

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, betaincinv

from models.parameter_limits import ParameterError, require_number, require_share

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RateRatio:
    """Rate after over rate before, with the bounds of its interval.

    H0 of the two-sided ``p``: the rates are equal. It is twice the smaller tail, so that p is below 1 -
    confidence exactly where the interval leaves 1 out. 0/0 gives ratio nan between 0 and inf with p 1.
    """

    ratio: float
    lower: float
    upper: float
    p: float


def rate_ratio(
    before: float,
    after: float,
    *,
    before_exposure: float = 1.0,
    after_exposure: float = 1.0,
    confidence: float = 0.95,
) -> RateRatio:
    """Ratio of the rates of two counts (fractional allowed) over their exposures (such as days).

    Raises `ParameterError` for a negative count, an exposure that is not positive or a confidence outside 0-1.

    >>> found = rate_ratio(10, 20)
    >>> found.ratio, round(found.lower, 3), round(found.upper, 3), round(found.p, 4)
    (2.0, 0.894, 4.785, 0.0987)
    """
    require_number("before", before, at_least=0)
    require_number("after", after, at_least=0)
    require_number("before_exposure", before_exposure, above=0)
    require_number("after_exposure", after_exposure, above=0)
    require_share("confidence", confidence)
    before, after = float(before), float(after)
    if before == after == 0:
        return RateRatio(nan, 0.0, inf, 1.0)
    exposure = after_exposure / before_exposure
    each_tail = (1 - confidence) / 2
    tails = count_tails(np.array(before), np.array(after), exposure)
    return RateRatio(
        ratio=after / before / exposure if before > 0 else inf,
        lower=_odds(float(betaincinv(after, before + 1, each_tail))) / exposure if after > 0 else 0.0,
        upper=_odds(float(betaincinv(after + 1, before, 1 - each_tail))) / exposure if before > 0 else inf,
        p=min(1.0, 2 * min(float(tail) for tail in tails)),
    )


def count_tails(before: Floats, after: Floats, exposure: float) -> tuple[Floats, Floats]:
    """One-sided p of a fall and of a rise, for arrays of counts of one shape.

    ``exposure`` is that of the count after over that of the count before. The first p is the chance of a count
    after as low as this one (H0: the rate did not fall), the second of one as high (H0: it did not rise), given
    the sum of both. 1 where there is nothing to be lower or higher than.
    """
    if np.any(before < 0) or np.any(after < 0):
        raise ParameterError(f"counts must not be negative, found {min(before.min(), after.min())}")
    share = exposure / (1 + exposure)
    at_most = np.where(before > 0, betainc(np.where(before > 0, before, 1.0), after + 1, 1 - share), 1.0)
    at_least = np.where(after > 0, betainc(np.where(after > 0, after, 1.0), before + 1, share), 1.0)
    return at_most, at_least


def _odds(share: float) -> float:
    return share / (1 - share) if share < 1 else inf
