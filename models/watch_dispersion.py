"""How much more the split of incidents over areas varies over weeks than chance: the dispersion of what lasts."""

from math import exp

import numpy as np
from numpy.typing import NDArray

from models.watch_null import BLOCK_DAYS, DRIFT_DAYS, WatchNull

Floats = NDArray[np.float64]


def lasting_dispersion(null: WatchNull) -> Floats:
    """Of each column of `models.displacement_watch.WatchCounts` (columns), at least the dispersion of single days.

    A drift of the logarithm of T's rate with variance v, of which k is left in the mean of 28 days, makes T's incidents
    of 28 days, mu on average, vary by ``mu (dispersion + k v mu)``. What is estimated from weeks of counts is as
    uncertain as that, though single days vary by ``mu dispersion``. Of all categories together the drift is what they
    have in common and the sum of their squared parts of their own.

    >>> from models.watch_null import SplitVariance
    >>> variance = SplitVariance(common_day=0.0, own_day=0.0, common_drift=0.0, own_drift=0.1)
    >>> null = WatchNull(np.ones((280, 1), np.int64), np.array([[0.25], [0.75]]), np.ones(1), variance)
    >>> lasting_dispersion(null).round(2).tolist()
    [1.6]
    """
    of_t = null.total.mean(axis=0) * null.share[0] * BLOCK_DAYS
    drift = np.full(len(of_t), null.variance.common_drift + null.variance.own_drift)
    if len(null.dispersion) > len(of_t):
        together = of_t.sum()
        concentration = float(((of_t / together) ** 2).sum()) if together > 0 else 1.0
        of_t = np.append(of_t, together)
        drift = np.append(drift, null.variance.common_drift + null.variance.own_drift * concentration)
    x = BLOCK_DAYS / DRIFT_DAYS
    left = 2 / x**2 * (x - 1 + exp(-x))
    return np.asarray(null.dispersion + left * drift * of_t)
