"""Calibration: does as much happen as was expected, where much was expected and where little was?

Groups of equal expected totals, each with its observed total beside it (a reliability diagram for counts; Czado, C.,
Gneiting, T. & Held, L. 2009. Predictive model assessment for count data. *Biometrics*, 65, 1254-1261). A forecast
that takes chance for pattern expects too much in its highest group and too little in its lowest.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import chi2

from models.parameter_limits import ParameterError, require_share, require_whole

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Columns of length g groups, from the lowest expectation to the highest.

    ``expected`` and ``observed`` totals, ``values`` forecasts in the group, ``ratio`` observed by expected with its
    exact Poisson interval ``lower`` to ``upper`` (Garwood 1936, by the chi-square distribution).
    """

    expected: Floats
    observed: Floats
    values: NDArray[np.int64]
    ratio: Floats
    lower: Floats
    upper: Floats


def calibration(expected: Floats, observed: Floats, *, groups: int = 10, level: float = 0.95) -> Calibration:
    """Observed beside expected in up to ``groups`` of the values, ordered by what was expected.

    ``expected`` and ``observed`` of one shape, counts, fractional where times are uncertain. Each group holds about
    an equal part of the expected total, so that each is judged by as many incidents: groups of equal numbers of cells
    would leave the lowest with hardly any. Equal expectations stay together, so there may be fewer groups; values
    that expect nothing belong to the lowest. The intervals take incidents as independent (Poisson); where they come
    in series, they are too narrow. Raises `ParameterError` for shapes that differ or where nothing is expected.

    >>> found = calibration(np.array([1.0, 1, 2, 4]), np.array([0.0, 3, 2, 2]), groups=2)
    >>> found.expected.tolist(), found.observed.tolist()
    ([4.0, 4.0], [5.0, 2.0])
    """
    require_whole("groups", groups, at_least=1)
    require_share("level", level)
    if expected.shape != observed.shape:
        raise ParameterError(f"expected and observed must have one shape, found {expected.shape} and {observed.shape}")
    total = float(expected.sum())
    if not total > 0:
        raise ParameterError(f"the expected total must be greater than 0, found {total:g}")
    _, of_value, number = np.unique(expected.ravel(), return_inverse=True, return_counts=True)
    summed = np.bincount(of_value, weights=expected.ravel())
    middle = np.cumsum(summed) - summed / 2
    # Ties go where their middle falls, so that no order of equal values plays a part.
    group = np.minimum((middle / total * groups).astype(np.int64), groups - 1)
    wanted: Floats = np.bincount(group, weights=summed).astype(np.float64)
    found: Floats = np.bincount(group[of_value], weights=observed.ravel(), minlength=len(wanted)).astype(np.float64)
    kept = wanted > 0
    size = np.bincount(group, weights=number).astype(np.int64)[kept]
    wanted, found = wanted[kept], found[kept]
    tail = (1 - level) / 2
    lower = np.where(found > 0, chi2.ppf(tail, 2 * np.maximum(found, 1e-300)) / 2, 0.0)
    upper = chi2.ppf(1 - tail, 2 * found + 2) / 2
    return Calibration(wanted, found, size, found / wanted, lower / wanted, upper / wanted)
