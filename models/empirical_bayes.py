"""Empirical Bayes: what a place's count lets expect of the time to come, once regression to the mean is allowed for.

Hauer, E. (1997). *Observational Before-After Studies in Road Safety*. Pergamon, chapter 11; the same with worked
examples in Hauer, E., Harwood, D. W., Council, F. M. & Griffith, M. S. (2002), *Transportation Research Record*, 1784,
126-131. A place that is looked at because its count was high had, on average, a lower true level than that count: the
count is drawn towards what was expected of the place, the more so the less such places differ from one another.
"""

from dataclasses import dataclass
from math import sqrt

from models.parameter_limits import require_number


@dataclass(frozen=True)
class EmpiricalBayes:
    """``estimate`` of the true level in incidents, its ``standard_deviation``; ``weight`` of what was expected."""

    estimate: float
    standard_deviation: float
    weight: float


def empirical_bayes(observed: float, expected: float, *, factor: float) -> EmpiricalBayes:
    """Level behind a count that was ``observed`` where ``expected`` incidents are the mean of such counts.

    ``factor`` is the variance of such counts over that of counts of one level (their mean, where they are Poisson), 1
    or more; what is more comes from levels that differ, by ``VAR = (factor - 1) expected``. The weight of what was
    expected is ``1 / (1 + VAR / expected) = 1 / factor``, the estimate ``weight expected + (1 - weight) observed``, its
    variance ``(1 - weight) estimate``, for Poisson counts.

    Raises `ParameterError` for a negative count, an expected count that is not positive, or a factor below 1.

    >>> found = empirical_bayes(12, 4.338, factor=1 + 2.41 / 2.05)  # Hauer et al. 2002, 12 accidents on 1.8 km
    >>> round(found.weight, 2), round(found.estimate, 2), round(found.standard_deviation, 2)
    (0.46, 8.48, 2.14)
    """
    require_number("observed", observed, at_least=0)
    require_number("expected", expected, above=0)
    require_number("factor", factor, at_least=1)
    weight = 1 / factor
    estimate = weight * expected + (1 - weight) * observed
    return EmpiricalBayes(estimate, sqrt((1 - weight) * estimate), weight)
