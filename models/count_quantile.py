"""Quantiles of counts that vary more than chance: negative binomial with a given variance factor."""

import numpy as np
from numpy.typing import NDArray
from scipy.stats import nbinom, poisson

Floats = NDArray[np.float64]
NEARLY_POISSON = 1.001


def count_quantile(share: float, mean: Floats, factor: float) -> Floats:
    """Smallest counts that ``share`` of counts with ``mean`` (n) and variance ``factor`` times the mean do not exceed.

    >>> count_quantile(0.975, np.array([1.0, 10.0]), 1.0).tolist()
    [3.0, 17.0]
    >>> count_quantile(0.975, np.array([10.0]), 2.0).tolist()
    [20.0]
    """
    positive = np.maximum(mean, 1e-9)
    if factor < NEARLY_POISSON:
        return np.asarray(poisson.ppf(share, positive), dtype=np.float64)
    return np.asarray(nbinom.ppf(share, positive / (factor - 1), 1 / factor), dtype=np.float64)
